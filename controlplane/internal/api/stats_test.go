package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// clicked starts an API with a link "mine" that was clicked yesterday, and gives
// the start of that day.
func clicked(t *testing.T) (f *fixture, yesterday time.Time) {
	t.Helper()
	f = start(t)
	yesterday = time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)
	minute := yesterday.Unix() / 60
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine","tags":["spring"]}`).want(t, 201, "", "")
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"else","domain":"other.example"}`).want(t, 201, "", "")
	part := func(d wire.Dimension, value string, n uint64) *wire.Part {
		return &wire.Part{Dimension: d, Value: value, Count: n}
	}
	f.ship(&wire.Batch{Edge: "fra-1", Epoch: 1, Sequence: 1, Digest: 1, Boot: 1, Watermark: yesterday.Add(24 * time.Hour).UnixMilli(), Counts: []*wire.ClickCount{
		{Domain: "go.example", Code: "mine", Minute: minute, Count: 8, Bots: 1, Visitors: []uint32{1<<6 | 1, 2<<6 | 1}, Parts: []*wire.Part{
			part(wire.Dimension_DIMENSION_COUNTRY, "DE", 4), part(wire.Dimension_DIMENSION_COUNTRY, "FR", 2),
			part(wire.Dimension_DIMENSION_UTM_SOURCE, "=1+1", 5), part(wire.Dimension_DIMENSION_BOT, "Googlebot", 1),
		}},
		{Domain: "go.example", Code: "mine", Minute: minute + 61, Count: 4},
		{Domain: "other.example", Code: "else", Minute: minute, Count: 100},
	}}, &wire.Batch{Edge: "sin-1", Epoch: 1, Boot: 1, Watermark: yesterday.Add(time.Hour).UnixMilli()})
	return f, yesterday
}

// span is the parameters of yesterday.
func span(yesterday time.Time) string {
	return "from=" + yesterday.Format(time.RFC3339) + "&to=" + yesterday.AddDate(0, 0, 1).Format(time.RFC3339)
}

// items writes an answer's total and buckets, as minutes of the day.
func items(t *testing.T, a answer, day time.Time) string {
	t.Helper()
	text := fmt.Sprint(a.json["total"], ":")
	list, _ := a.json["items"].([]any)
	for _, item := range list {
		i := item.(map[string]any)
		start, err := time.Parse(time.RFC3339, fmt.Sprint(i["start"]))
		if err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprint(" ", start.Sub(day).Minutes(), "=", i["count"])
	}
	return text
}

func TestStats(t *testing.T) {
	f, day := clicked(t)
	for query, want := range map[string]string{
		"":                          "12: 0=12",
		"bucket=hour":               "12: 0=8 60=4",
		"bucket=minute":             "12: 0=8 61=4",
		"bots=exclude":              "11: 0=11",
		"bots=only":                 "1: 0=1",
		"tz=Asia/Kolkata":           "12: -330=12",
		"bucket=day&tz=Etc/GMT%2B1": "12: -1380=8 60=4",
	} {
		t.Run(query, func(t *testing.T) {
			a := f.do("GET", "/api/v1/urls/mine/stats?"+span(day)+"&"+query, "")
			a.want(t, 200, "", "")
			if got := items(t, a, day); got != want {
				t.Errorf("answered %s, want %s: %s", got, want, a.body)
			}
		})
	}
	a := f.do("GET", "/api/v1/urls/mine/stats?"+span(day)+"&by=country&top=1&compare=previous", "")
	a.want(t, 200, "", "")
	groups, previous := a.json["groups"].(map[string]any), a.json["previous"].(map[string]any)
	if got := fmt.Sprintln(groups["by"], groups["items"], groups["other"], groups["unknown"]); got != "country [map[count:4 value:DE]] 2 5\n" {
		t.Errorf("groups %s", got)
	}
	if previous["total"] != 0.0 || previous["to"] != day.Format(time.RFC3339) {
		t.Errorf("previous %v", previous)
	}
	if a.json["bots"] != 1.0 || a.json["uniques"].(map[string]any)["count"] != 2.0 ||
		a.json["final_until"] != day.Add(time.Hour).Format(time.RFC3339) || a.json["final_held_by"] != "sin-1" || a.json["code"] != "mine" {
		t.Errorf("answered %s", a.body)
	}
	if read := f.do("GET", "/api/v1/urls/mine", ""); fmt.Sprint(read.json["clicks"]) != "map[count:12 pending:0]" {
		t.Errorf("clicks %v", read.json["clicks"])
	}
	if list := f.do("GET", "/api/v1/urls?tag=spring", ""); !strings.Contains(list.body, `"clicks":{"count":12,"pending":0}`) {
		t.Errorf("listed %s", list.body)
	}
}

func TestStatsRefused(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`).want(t, 201, "", "")
	for query, field := range map[string]string{
		"bucket=second":             "bucket",
		"from=x":                    "from",
		"from=2050-01-01T00:00:00Z": "to",
		"bucket=minute&from=2020-01-01T00:00:00Z&to=2020-01-01T01:00:00Z": "bucket",
		"tz=Europe/Berlin&from=2020-01-01T00:00:00Z":                      "tz",
		"tz=Local":                        "tz",
		"tz=../etc/passwd":                "tz",
		"tz=Mars/Olympus":                 "tz",
		"by=colour":                       "by",
		"top=0":                           "top",
		"compare=next":                    "compare",
		"bots=maybe":                      "bots",
		"format=xml":                      "format",
		"by=bot&bots=exclude&bucket=hour": "by",
	} {
		t.Run(query, func(t *testing.T) {
			f.do("GET", "/api/v1/urls/mine/stats?"+query, "").want(t, 422, "invalid_request", field)
		})
	}
	for query, field := range map[string]string{"domain=evil.example": "domain", "tag=%ff": "tag"} {
		t.Run(query, func(t *testing.T) {
			f.do("GET", "/api/v1/stats?"+query, "").want(t, 422, "invalid_request", field)
		})
	}
}

// TestStatsOfMany: totals are of what the caller may see.
func TestStatsOfMany(t *testing.T) {
	f, day := clicked(t)
	tenant := f.key(access.ReadStats, access.WriteURLs)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"theirs","tags":["spring"]}`, "Authorization", "Bearer "+tenant).want(t, 201, "", "")
	f.ship(&wire.Batch{Edge: "fra-1", Epoch: 1, Sequence: 2, Digest: 2, Boot: 1, Counts: []*wire.ClickCount{
		{Domain: "go.example", Code: "theirs", Minute: day.Unix() / 60, Count: 7, Parts: []*wire.Part{{Dimension: wire.Dimension_DIMENSION_OS, Value: "iOS", Count: 6}}},
	}})
	for name, c := range map[string]struct{ query, key, want string }{
		"an admin's, all":         {"", canary, "119: 0=119"},
		"an admin's, of a domain": {"domain=OTHER.example", canary, "100: 0=100"},
		"an admin's, of a tag":    {"tag=spring", canary, "19: 0=19"},
		"a tenant's":              {"", tenant, "7: 0=7"},
		"a tenant's, of a tag":    {"tag=spring", tenant, "7: 0=7"},
		"a tenant's, of a domain": {"domain=other.example", tenant, "0:"},
		"of a tag that is none's": {"tag=winter", canary, "0:"},
	} {
		t.Run(name, func(t *testing.T) {
			a := f.do("GET", "/api/v1/stats?by=os&"+span(day)+"&"+c.query, "", "Authorization", "Bearer "+c.key)
			a.want(t, 200, "", "")
			if got := items(t, a, day); got != c.want || a.json["uniques"] != nil {
				t.Errorf("answered %s, want %s: %s", got, c.want, a.body)
			}
			if c.key == tenant && c.want != "0:" && !strings.Contains(a.body, `"items":[{"value":"iOS","count":6}],"other":0,"unknown":1`) {
				t.Errorf("groups are %s", a.body)
			}
		})
	}
	f.do("GET", "/api/v1/stats", "").want(t, 200, "", "")
}

// TestA14StatsAsCSV: a table whose cells no spreadsheet takes for formulas.
func TestA14StatsAsCSV(t *testing.T) {
	f, day := clicked(t)
	for name, c := range map[string]struct{ query, accept, want string }{
		"items by parameter": {"&format=csv&bucket=day", "", "start,count,bots,uniques\n" + day.Format(time.RFC3339) + ",12,1,2\n"},
		"items by Accept":    {"&bucket=hour&bots=only", "text/html, text/csv;q=0.9", "start,count,bots,uniques\n" + day.Format(time.RFC3339) + ",1,1,\n"},
		"groups":             {"&format=csv&by=utm_source", "", "utm_source,count\n'=1+1,5\n(other),0\n(unknown),6\n"},
	} {
		t.Run(name, func(t *testing.T) {
			a := f.do("GET", "/api/v1/urls/mine/stats?"+span(day)+c.query, "", "Accept", c.accept)
			if a.status != 200 || a.header.Get("Content-Type") != "text/csv" || a.body != c.want {
				t.Errorf("%d %s: %q, want %q", a.status, a.header.Get("Content-Type"), a.body, c.want)
			}
		})
	}
	for name, accept := range map[string]string{"another call": "text/csv", "JSON wins by parameter": "text/csv"} {
		path := map[string]string{"another call": "/api/v1/urls/mine", "JSON wins by parameter": "/api/v1/urls/mine/stats?format=json"}[name]
		if a := f.do("GET", path, "", "Accept", accept); a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: %d %s", name, a.status, a.header.Get("Content-Type"))
		}
	}
}
