package visit

import (
	"strings"

	"github.com/mileusna/useragent"
)

// agent is what a User-Agent header says.
type agent struct{ bot, browser, os, device string }

// agents reads User-Agent headers.
type agents struct{ markers, tvs []string }

func newAgents() agents {
	return agents{markers: strings.Split(botMarkers, "|"), tvs: strings.Split(tvMarkers, "|")}
}

func (s agents) read(header string) agent {
	header = strings.TrimSpace(header)
	if header == "" {
		return agent{}
	}
	lower := strings.ToLower(header)
	if len(lower) != len(header) {
		header = lower // so that a place in one is the same in the other
	}
	if name := s.bot(header, lower); name != "" {
		return agent{bot: name}
	}
	ua := useragent.Parse(header)
	a := agent{browser: browser(&ua), os: ua.OS, device: s.device(lower)}
	if a.device == "desktop" && a.os == useragent.Android {
		a.os = useragent.Linux // Samsung's browser, asked for the desktop's page
	}
	return a
}

// browser is the name that was found, unless it is no more than a word of the
// header: a web view that names no browser.
func browser(ua *useragent.UserAgent) string {
	if ua.Name == ua.String || ua.Name == ua.Device {
		return ""
	}
	return plainName(strings.TrimPrefix(ua.Name, "Mobile "))
}

// tvMarkers are parts of what television sets, and the boxes beside them, send.
const tvMarkers = "smart-tv|smarttv|googletv|android tv|appletv|hbbtv|netcast|web0s|crkey|roku|bravia|viera|; aft"

// device tells the class of a device that is not a bot's. An iPad that asks for
// the desktop's page says that it is a Mac; there is no telling them apart.
func (s agents) device(lower string) string {
	has := func(part string) bool { return strings.Contains(lower, part) }
	android := has("android")
	switch {
	case containsAny(lower, s.tvs):
		return "tv"
	case has("ipad"), has("tablet"), has("kindle"), has("playbook"):
		return "tablet"
	case has("mobile"), has("iphone"), has("ipod"), has("windows phone"), has("blackberry"), has("midp"), has("opera mini"):
		return "mobile"
	case android && strings.HasPrefix(lower, "mozilla/"):
		return "tablet" // browsers on telephones say "Mobile"
	case android:
		return "mobile"
	case has("windows nt"), has("macintosh"), has("x11"), has("cros "), has("linux"):
		return "desktop"
	default:
		return "other"
	}
}

func containsAny(text string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}
