package api_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestDocsFiles(t *testing.T) {
	f := start(t)
	for path, want := range map[string]struct {
		status int
		kind   string
	}{
		"/":                          {200, "text/html; charset=utf-8"},
		"/docs":                      {200, "text/html; charset=utf-8"},
		"/docs/swagger-ui-bundle.js": {200, "text/javascript; charset=utf-8"},
		"/docs/page.css":             {200, "text/css; charset=utf-8"},
		"/docs/swagger-ui.css":       {200, "text/css; charset=utf-8"},
		"/docs/LICENSE.txt":          {200, "text/plain; charset=utf-8"},
		"/docs/none":                 {404, ""},
	} {
		a := f.do("GET", path, "", "Authorization", "")
		if a.status != want.status || want.kind != "" && a.header.Get("Content-Type") != want.kind {
			t.Errorf("%s: %d, %s", path, a.status, a.header.Get("Content-Type"))
		}
		if csp := a.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
	}
}

// TestA14DocsInBrowser opens the page in Chromium: it must show every call, and
// break no rule of its own policy.
func TestA14DocsInBrowser(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("FINGERPOST_REQUIRE_ALL") != "" {
			t.Fatal("chromium is not installed")
		}
		t.Skip("chromium is not installed")
	}
	f := start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var page, log strings.Builder
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
		"--user-data-dir="+t.TempDir(), "--virtual-time-budget=20000", "--enable-logging=stderr", "--v=0", "--dump-dom", f.url+"/docs")
	cmd.Stdout, cmd.Stderr = &page, &log
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, log.String())
	}
	for _, text := range []string{"Create a link", "Create many links", "Import links", "Explain a redirect", "/api/v1/urls/{code}/qr"} {
		if !strings.Contains(strings.ReplaceAll(page.String(), "<wbr>", ""), text) {
			t.Errorf("the page does not show %q", text)
		}
	}
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "CONSOLE") {
			t.Errorf("the browser says %s", line)
		}
	}
}
