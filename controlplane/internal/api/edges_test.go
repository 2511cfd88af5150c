package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/sync/wire"
)

// TestEdges: an edge that has shipped clicks is listed after it is gone, and holds
// what is final until it is forgotten.
func TestEdges(t *testing.T) {
	f, day := clicked(t)
	list := f.do("GET", "/api/v1/edges", "")
	list.want(t, 200, "", "")
	for _, want := range []string{
		`"id":"fra-1","live":false`, `"id":"sin-1"`, `"boot":1`, `"conflict_at":null`, `"watermark":"` + day.Add(time.Hour).Format(time.RFC3339) + `"`,
	} {
		if !strings.Contains(list.body, want) {
			t.Errorf("%s is not in %s", want, list.body)
		}
	}
	f.ship(&wire.Batch{Edge: "syd-1", Epoch: 1, Boot: 1, Watermark: 1, Ending: true})
	if list = f.do("GET", "/api/v1/edges", ""); strings.Count(list.body, `"ended":true`) != 1 {
		t.Errorf("an edge that ended is not in %s", list.body)
	}
	f.do("DELETE", "/api/v1/edges/sin-1", "").want(t, 204, "", "")
	f.do("DELETE", "/api/v1/edges/sin-1", "").want(t, 404, "not_found", "")
	f.do("DELETE", "/api/v1/edges/%00", "").want(t, 404, "not_found", "")
	if a := f.do("GET", "/api/v1/urls/mine/stats", ""); a.json["final_held_by"] != "fra-1" {
		t.Errorf("held by %v", a.json["final_held_by"])
	}
	if a := f.do("GET", "/api/v1/audit", ""); !strings.Contains(a.body, `"edge.forget"`) {
		t.Errorf("the audit is %s", a.body)
	}
	f.ship(&wire.Batch{Edge: "sin-1", Epoch: 1, Boot: 1, Watermark: 1})
	if list := f.do("GET", "/api/v1/edges", ""); !strings.Contains(list.body, `"id":"sin-1"`) {
		t.Errorf("an edge that ships again is not in %s", list.body)
	}
}
