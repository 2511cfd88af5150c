package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// send imports a file and gives the lines of the answer.
func (f *fixture) send(query, file string) []map[string]any {
	f.t.Helper()
	a := f.do("POST", "/api/v1/import"+query, file, "Content-Type", "text/csv")
	a.want(f.t, 200, "", "")
	var lines []map[string]any
	for text := range strings.Lines(a.body) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			f.t.Fatalf("line %q: %v", text, err)
		}
		lines = append(lines, line)
	}
	return lines
}

// counts are rows, created, existing and failed of an import's last line.
func counts(t *testing.T, lines []map[string]any) string {
	t.Helper()
	done, ok := lines[len(lines)-1]["done"].(map[string]any)
	if !ok {
		t.Fatalf("the import did not end: %v", lines)
	}
	return fmt.Sprint(done["rows"], done["created"], done["existing"], done["failed"])
}

// TestA8Import: bad rows say why, the others exist, and the same file again
// changes nothing.
func TestA8Import(t *testing.T) {
	f := start(t)
	var file strings.Builder
	file.WriteString("long_url,code,title,tags\n")
	for i := range 600 {
		fmt.Fprintf(&file, "https://example.com/%d,,Row %d,\"[\"\"a\"\"]\"\n", i, i)
	}
	file.WriteString("javascript:alert(1),,,\nhttps://example.com/x,api,,\nhttps://example.com/y,keep,,\n")
	lines := f.send("", file.String())
	if got := counts(t, lines); got != "603 601 0 2" {
		t.Errorf("counted %s", got)
	}
	var failed []string
	progress := 0
	for _, line := range lines {
		if problem, ok := line["problem"].(map[string]any); ok {
			failed = append(failed, fmt.Sprint(line["line"], " ", problem["errors"].([]any)[0].(map[string]any)["field"]))
		}
		if line["progress"] != nil {
			progress++
		}
	}
	if fmt.Sprint(failed) != "[602 long_url 603 alias]" || progress != 1 {
		t.Errorf("failed %v; %d times of progress", failed, progress)
	}
	if got := counts(t, f.send("", file.String())); got != "603 0 601 2" {
		t.Errorf("the second time: %s", got)
	}
	f.do("GET", "/api/v1/urls/keep", "").want(t, 200, "", "")
	if found := f.do("GET", "/api/v1/urls?tag=a&limit=1000", "").codes(t); len(found) != 600 {
		t.Errorf("%d links have the tag", len(found))
	}
}

func TestImportEndsEarly(t *testing.T) {
	f := start(t)
	for name, c := range map[string]struct{ file, query, says string }{
		"no such column": {"a,b\n1,2\n", "", "long_url"},
		"empty":          {"", "", "headers"},
		"stray quote":    {"long_url\nhttps://example.com/\n\"x\" y,\n", "", "line 3"},
		"endless quote":  {"long_url\n\"" + strings.Repeat("x", 2<<20), "", "quote"},
	} {
		t.Run(name, func(t *testing.T) {
			lines := f.send(c.query, c.file)
			last := lines[len(lines)-1]
			problem, _ := last["problem"].(map[string]any)
			if problem["status"] != 400.0 || !strings.Contains(fmt.Sprint(problem["detail"]), c.says) || last["done"] != nil {
				t.Errorf("ended with %v", last)
			}
		})
	}
	f.do("POST", "/api/v1/import?domain=evil.example", "x", "Content-Type", "text/csv").want(t, 422, "invalid_request", "domain")
	f.do("POST", "/api/v1/import?format=xml", "x", "Content-Type", "text/csv").want(t, 422, "invalid_request", "format")
}

// TestA14Export: no cell is a formula, and what is exported comes back as it was.
func TestA14Export(t *testing.T) {
	f := start(t)
	for i, text := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "'=1", "'plain", `=HYPERLINK("x","y")`, "<b>"} {
		body, _ := json.Marshal(map[string]any{"long_url": fmt.Sprintf("https://example.com/%d,\"x\"", i), "alias": fmt.Sprintf("row%d", i),
			"title": text, "note": text, "tags": []string{text}, "ttl": 1000, "strict": true})
		f.do("POST", "/api/v1/urls", string(body)).want(t, 201, "", "")
	}
	f.do("PATCH", "/api/v1/urls/row3", `{"status":"blocked"}`).want(t, 200, "", "")
	for _, format := range []string{"csv", "ndjson"} {
		t.Run(format, func(t *testing.T) {
			a := f.do("GET", "/api/v1/export?format="+format, "")
			a.want(t, 200, "", "")
			if format == "csv" {
				for _, cell := range strings.FieldsFunc(a.body, func(r rune) bool { return r == ',' || r == '\n' }) {
					if strings.ContainsAny(strings.Trim(cell, `"`)+" ", "=+-@") && strings.ContainsRune("=+-@", rune(strings.Trim(cell, `"`)[0])) {
						t.Errorf("cell %q is a formula", cell)
					}
				}
			}
			other := start(t)
			if got := counts(t, other.send("", a.body)); got != "8 8 0 0" {
				t.Fatalf("imported %s", got)
			}
			for i := range 8 {
				path := fmt.Sprintf("/api/v1/urls/row%d", i)
				want, got := f.do("GET", path, "").json, other.do("GET", path, "").json
				for _, field := range []string{"long_url", "title", "note", "tags", "strict", "status", "expires_at", "created_at", "redirect"} {
					if fmt.Sprint(got[field]) != fmt.Sprint(want[field]) {
						t.Errorf("row %d: %s is %v, want %v", i, field, got[field], want[field])
					}
				}
			}
		})
	}
}

func TestExportPages(t *testing.T) {
	f := start(t)
	row := `{"long_url":"https://example.com/"}`
	for range 2 {
		f.do("POST", "/api/v1/urls/bulk", `{"items":[`+strings.Repeat(row+",", 999)+row+`]}`).want(t, 200, "", "")
	}
	f.do("POST", "/api/v1/urls", row).want(t, 201, "", "")
	if lines := strings.Count(f.do("GET", "/api/v1/export", "").body, "\n"); lines != 2002 {
		t.Errorf("%d lines, want the headers and 2001 links", lines)
	}
	if body := f.do("GET", "/api/v1/export?tag=none", "").body; !strings.HasPrefix(body, "domain,code,") || strings.Count(body, "\n") != 1 {
		t.Errorf("an empty export is %q", body)
	}
}
