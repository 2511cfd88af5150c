// Package docs serves the page that shows the API's description to people, from
// files that are part of the program.
//
// It promises that the page loads nothing from elsewhere and that no script and
// no style runs but those files': its policy has no unsafe-inline.
package docs

import (
	"embed"
	"io/fs"
	"net/http"
)

//go:embed assets
var assets embed.FS

// policy lets the page do what it must. data: is for the viewer's icons.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Register adds the page and its files at /docs. A browser may keep the files for
// an hour: no secret is among them.
func Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /docs", func(w http.ResponseWriter, r *http.Request) { serve(w, r, "index.html") })
	mux.HandleFunc("GET /docs/{file}", func(w http.ResponseWriter, r *http.Request) { serve(w, r, r.PathValue("file")) })
}

func serve(w http.ResponseWriter, r *http.Request, name string) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	if info, err := fs.Stat(assets, "assets/"+name); err != nil || info.IsDir() {
		http.Error(w, "there is no such file", http.StatusNotFound)
		return
	}
	h.Set("Cache-Control", "public, max-age=3600")
	http.ServeFileFS(w, r, assets, "assets/"+name)
}
