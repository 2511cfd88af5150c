package visit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fingerpost/fingerpost/edge/internal/visit"
)

func TestAgents(t *testing.T) {
	for name, c := range map[string]struct {
		agent string
		want  visit.Facts
	}{
		"nothing": {"", visit.Facts{}},
		"blanks":  {"  ", visit.Facts{}},
		"Chrome on Windows": {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
			visit.Facts{Browser: "Chrome", OS: "Windows", Device: "desktop"}},
		"Edge on Windows": {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
			visit.Facts{Browser: "Edge", OS: "Windows", Device: "desktop"}},
		"Safari on a Mac": {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
			visit.Facts{Browser: "Safari", OS: "macOS", Device: "desktop"}},
		"Firefox on Linux": {"Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
			visit.Facts{Browser: "Firefox", OS: "Linux", Device: "desktop"}},
		"Chrome on a Chromebook": {"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
			visit.Facts{Browser: "Chrome", OS: "ChromeOS", Device: "desktop"}},
		"Safari on an iPhone": {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
			visit.Facts{Browser: "Safari", OS: "iOS", Device: "mobile"}},
		"a web view on an iPhone": {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
			visit.Facts{OS: "iOS", Device: "mobile"}},
		"Safari on an iPad": {"Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1 Mobile/15E148 Safari/604.1",
			visit.Facts{Browser: "Safari", OS: "iOS", Device: "tablet"}},
		"Chrome on an Android telephone": {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
			visit.Facts{Browser: "Chrome", OS: "Android", Device: "mobile"}},
		"Chrome on an Android tablet": {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
			visit.Facts{Browser: "Chrome", OS: "Android", Device: "tablet"}},
		"Samsung's browser": {"Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
			visit.Facts{Browser: "Samsung Browser", OS: "Android", Device: "mobile"}},
		"Samsung's browser, the desktop's page": {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/30.0 Chrome/143.0.0.0 Safari/537.36",
			visit.Facts{Browser: "Samsung Browser", OS: "Linux", Device: "desktop"}},
		"a Cubot telephone": {"Mozilla/5.0 (Linux; Android 11; CUBOT X50) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
			visit.Facts{Browser: "Chrome", OS: "Android", Device: "mobile"}},
		"a television set": {"Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/4.0 Chrome/76.0.3809.146 TV Safari/537.36",
			visit.Facts{Browser: "Samsung Browser", OS: "Android", Device: "tv"}},
		"a Fire TV": {"Mozilla/5.0 (Linux; Android 7.1.2; AFTMM Build/NS6265; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/70.0.3538.110 Mobile Safari/537.36",
			visit.Facts{Browser: "Chrome", OS: "Android", Device: "tv"}},
		"an application's scanner": {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 QRScanner/2.1",
			visit.Facts{Browser: "QRScanner", OS: "iOS", Device: "mobile"}},
		"an application's own header": {"Instagram 331.0 (iPhone14,5; iOS 17_5; en_US)",
			visit.Facts{Browser: "Instagram App", Device: "mobile"}},
		"Googlebot": {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
			visit.Facts{Bot: "Googlebot"}},
		"Googlebot as a telephone": {"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
			visit.Facts{Bot: "Googlebot"}},
		"curl":                                  {"curl/8.5.0", visit.Facts{Bot: "curl"}},
		"Wget":                                  {"Wget/1.21.3", visit.Facts{Bot: "Wget"}},
		"requests":                              {"python-requests/2.32.0", visit.Facts{Bot: "python-requests"}},
		"Go":                                    {"Go-http-client/2.0", visit.Facts{Bot: "Go-http-client"}},
		"OkHttp":                                {"okhttp/4.12.0", visit.Facts{Bot: "okhttp"}},
		"WhatsApp":                              {"WhatsApp/2.23.20.0", visit.Facts{Bot: "WhatsApp"}},
		"Facebook":                              {"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", visit.Facts{Bot: "facebookexternalhit"}},
		"Slack":                                 {"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", visit.Facts{Bot: "Slackbot-LinkExpanding"}},
		"a monitor":                             {"Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", visit.Facts{Bot: "UptimeRobot"}},
		"no name at all":                        {"Mozilla/5.0 (compatible)", visit.Facts{Bot: "other"}},
		"markup":                                {"<script>alert(1)</script>", visit.Facts{Bot: "other"}},
		"not UTF-8":                             {"\xff\xfe\x00bot", visit.Facts{Bot: "bot"}},
		"a letter that is longer in lower case": {"Mozilla/5.0 \u023a\u023a\u023a Foobot/1.0", visit.Facts{Bot: "foobot"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := describe(t, visit.Visit{Agent: []byte(c.agent)}); got != c.want {
				t.Errorf("%s\n got %+v\nwant %+v", c.agent, got, c.want)
			}
		})
	}
}

func describe(t *testing.T, v visit.Visit) visit.Facts {
	t.Helper()
	return newReader(t, nil).Describe(v)
}

// TestRealBrowsers takes no person for a bot, and knows their devices.
func TestRealBrowsers(t *testing.T) {
	r := newReader(t, nil)
	unknown := 0
	for _, line := range lines(t, "user_agents.tsv") {
		fields := strings.Split(line, "\t")
		device, agent := fields[1], fields[2]
		facts := r.Describe(visit.Visit{Agent: []byte(agent)})
		if facts.Bot != "" || facts.Device != device {
			t.Errorf("%s\n is a %s, not %+v", agent, device, facts)
		}
		if facts.Browser == "" || facts.OS == "" {
			unknown++
		}
	}
	if unknown > 5 {
		t.Errorf("browser or system of %d agents not known", unknown)
	}
}

// TestRealBots finds nearly all programs, and names them. The rest calls itself
// what people's browsers do: finding it would mean to take people for bots.
func TestRealBots(t *testing.T) {
	r := newReader(t, nil)
	all := lines(t, "bots.txt")
	found, unnamed := 0, 0
	for _, agent := range all {
		facts := r.Describe(visit.Visit{Agent: []byte(agent)})
		if facts.Bot == "" {
			continue
		}
		found++
		if facts.Bot == "other" {
			unnamed++
		}
		if !utf8.ValidString(facts.Bot) || len(facts.Bot) > 40 || facts.Browser+facts.OS+facts.Device != "" {
			t.Errorf("%s: %+v", agent, facts)
		}
	}
	t.Logf("%d of %d found (%.1f %%), %d of them without a name", found, len(all), 100*float64(found)/float64(len(all)), unnamed)
	if found*100 < len(all)*97 || unnamed*100 > found*3 {
		t.Errorf("%d of %d found, %d of them without a name", found, len(all), unnamed)
	}
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}
