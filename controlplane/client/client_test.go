package client_test

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/controlplane/client"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/feedtest"
)

const adminKey = "client-test-admin-key-0123456789"

// start runs a whole control plane and gives a client of it, and its address.
func start(t *testing.T) (*client.Client, string) {
	t.Helper()
	s, err := server.New(server.Options{
		DatabaseURL: storetest.SQLite(t), Etcd: []string{feedtest.Start(t).Endpoint()},
		Addr: "127.0.0.1:0", RPCAddr: "127.0.0.1:0", OpsAddr: "127.0.0.1:0", AdminKey: adminKey, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := s.Stop(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	c, err := client.New(client.Options{URL: "http://" + s.Addr(), Key: adminKey, HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	return c, "http://" + s.Addr()
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestCalls goes through a link's life by every call.
func TestCalls(t *testing.T) {
	c, _ := start(t)
	ctx := t.Context()
	link := must[*client.Link](t)
	made := link(c.Create(ctx, client.NewLink{LongURL: "https://example.com/1", Alias: "mine", Tags: []string{"a"}, Title: "T"}))
	if made.Code != "mine" || made.Version != 1 || made.Revision == 0 || made.Clicks == nil {
		t.Errorf("made %+v", made)
	}
	target := "https://example.com/2"
	changed := link(c.Change(client.IfMatch(ctx, 1), "", "mine", client.Change{LongURL: &target, Clear: []string{"title"}}))
	if changed.LongURL != target || changed.Title != "" || changed.Version != 2 {
		t.Errorf("changed %+v", changed)
	}
	var problem *client.Problem
	if _, err := c.Change(client.IfMatch(ctx, 1), "", "mine", client.Change{LongURL: &target}); !errors.As(err, &problem) || problem.Status != 412 {
		t.Errorf("from an old version: %v", err)
	}
	if _, err := c.Create(ctx, client.NewLink{LongURL: "javascript:x"}); !errors.As(err, &problem) || problem.Errors[0].Field != "long_url" {
		t.Errorf("a bad target: %v", err)
	}
	if then := link(c.ReadAt(ctx, "", "mine", time.Now().Add(time.Hour))); then.Version != 2 || then.Clicks != nil {
		t.Errorf("in an hour: %+v", then)
	}
	if history := must[*client.HistoryPage](t)(c.History(ctx, "", "mine", "")); len(history.Items) != 2 || len(history.Items[0].Changes) != 2 {
		t.Errorf("history %+v", history)
	}
	if back := link(c.Rollback(ctx, "", "mine", 1)); back.LongURL != made.LongURL {
		t.Errorf("back to %+v", back)
	}
	if r := must[*client.Resolution](t)(c.Resolve(ctx, "/mine", time.Time{})); r.Status != 302 || *r.Location != made.LongURL {
		t.Errorf("resolved %+v", r)
	}
	asked := client.StatsQuery{Bucket: "hour", TZ: "Europe/Berlin", By: "country", Top: 3, Previous: true, Bots: "exclude"}
	if s := must[*client.LinkStats](t)(c.Stats(ctx, "", "mine", asked)); s.Total != 0 || s.Bucket != "hour" || s.TZ != asked.TZ || s.Groups.By != "country" || s.Previous == nil {
		t.Errorf("stats %+v", s)
	}
	if s := must[*client.TotalStats](t)(c.Totals(ctx, "localhost", "red", client.StatsQuery{From: time.Now().Add(-time.Hour)})); *s.Tag != "red" || *s.Domain != "localhost" || s.Bucket != "day" {
		t.Errorf("totals %+v", s)
	}
	for clicks, err := range c.Live(ctx, "", "mine") {
		if err != nil || clicks.Count != 0 {
			t.Errorf("live %+v, %v", clicks, err)
		}
		break
	}
	for _, err := range c.Live(ctx, "", "nobodys") {
		if !errors.As(err, &problem) || problem.Code != "not_found" {
			t.Errorf("live of no link: %v", err)
		}
	}
	if png := must[[]byte](t)(c.QR(ctx, "", "mine", "png", 128, "H")); !strings.HasPrefix(string(png), "\x89PNG") {
		t.Errorf("QR code %.20q", png)
	}
	if err := c.Delete(ctx, "", "mine"); err != nil {
		t.Error(err)
	}
	if _, err := c.Read(ctx, "", "mine"); !errors.As(err, &problem) || problem.Code != "not_found" {
		t.Errorf("after the deletion: %v", err)
	}
}

func TestMany(t *testing.T) {
	c, _ := start(t)
	ctx := t.Context()
	named := client.WithIdempotencyKey(ctx, "once")
	first, again := must[*client.Link](t)(c.Create(named, client.NewLink{LongURL: "https://example.com/once"})),
		must[*client.Link](t)(c.Create(named, client.NewLink{LongURL: "https://example.com/once"}))
	if first.Code != again.Code {
		t.Errorf("made %s and %s", first.Code, again.Code)
	}
	items := must[[]client.BulkItem](t)(c.CreateAll(ctx, []client.NewLink{{LongURL: "https://example.com/1"}, {LongURL: "ftp://x"}}))
	if items[0].URL == nil || items[1].Problem == nil || items[1].Status != 422 {
		t.Errorf("items %+v", items)
	}
	lines := 0
	count := must[client.ImportCount](t)(c.Import(ctx, strings.NewReader("long_url\nhttps://example.com/2\nhttps://example.com/1\nx\n"), func(client.ImportLine) { lines++ }))
	if count != (client.ImportCount{Rows: 3, Created: 1, Existing: 1, Failed: 1}) || lines != 3 {
		t.Errorf("imported %+v in %d lines", count, lines)
	}
	var problem *client.Problem
	if _, err := c.Import(ctx, strings.NewReader("a\nb\n"), nil); !errors.As(err, &problem) || problem.Status != 400 {
		t.Errorf("a file without targets: %v", err)
	}
	var codes []string
	for l, err := range c.All(ctx, client.Query{Limit: 2}) {
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, l.Code)
	}
	if len(codes) != 3 || !slices.Contains(codes, first.Code) {
		t.Errorf("listed %v", codes)
	}
	file := must[io.ReadCloser](t)(c.Export(ctx, "ndjson"))
	defer file.Close()
	if text := must[[]byte](t)(io.ReadAll(file)); strings.Count(string(text), "\n") != 3 {
		t.Errorf("exported %s", text)
	}
}

// TestTypes holds the types here to the API's own description, both ways.
func TestTypes(t *testing.T) {
	_, address := start(t)
	response, err := http.Get(address + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	var spec struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]json.RawMessage `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.NewDecoder(response.Body).Decode(&spec); err != nil {
		t.Fatal(err)
	}
	for schema, v := range map[string]any{
		"Link": client.Link{}, "NewLink": client.NewLink{}, "ChangeRequestBody": client.Change{}, "Clicks": client.Clicks{},
		"BulkItem": client.BulkItem{}, "LinkVersion": client.LinkVersion{}, "FieldChange": client.FieldChange{},
		"HistoryAnswerBody": client.HistoryPage{}, "ListAnswerBody": client.Page{}, "Resolution": client.Resolution{},
		"LinkStats": client.LinkStats{}, "TotalStats": client.TotalStats{}, "ClickPeriod": client.ClickPeriod{}, "ClickBucket": client.ClickBucket{},
		"Uniques": client.Uniques{}, "ClickGroups": client.ClickGroups{}, "ClickGroup": client.ClickGroup{}, "LiveClicks": client.LiveClicks{}, "Webhook": client.Webhook{}, "NewWebhook": client.MadeWebhook{}, "CreateWebhookRequestBody": client.NewWebhook{}, "Delivery": client.Delivery{},
		"Problem": client.Problem{}, "ProblemField": client.ProblemField{},
	} {
		t.Run(schema, func(t *testing.T) {
			var described, typed []string
			for name := range spec.Components.Schemas[schema].Properties {
				described = append(described, name)
			}
			for _, field := range reflect.VisibleFields(reflect.TypeOf(v)) {
				if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "-" && !field.Anonymous {
					typed = append(typed, name)
				}
			}
			slices.Sort(described)
			slices.Sort(typed)
			if !slices.Equal(described, typed) {
				t.Errorf("described are %v, typed %v", described, typed)
			}
		})
	}
}

func TestBadOptions(t *testing.T) {
	for name, o := range map[string]client.Options{
		"no URL": {Key: "k"}, "no scheme": {URL: "localhost:8080", Key: "k"}, "no key": {URL: "http://localhost:8080"},
	} {
		if _, err := client.New(o); err == nil || !strings.HasPrefix(err.Error(), "client: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
