package api_test

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"strings"
	"testing"
)

func TestQR(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"poster"}`).want(t, 201, "", "")
	svg := f.do("GET", "/api/v1/urls/poster/qr", "")
	svg.want(t, 200, "", "")
	if svg.header.Get("Content-Type") != "image/svg+xml" || svg.header.Get("Content-Security-Policy") != "default-src 'none'" {
		t.Errorf("headers %v", svg.header)
	}
	if err := xml.Unmarshal([]byte(svg.body), new(struct{ XMLName xml.Name })); err != nil || !strings.Contains(svg.body, `width="512"`) {
		t.Errorf("%v in %.200s", err, svg.body)
	}
	for _, query := range []string{"size=300", "size=64&ecc=H", "size=2048&ecc=L"} {
		a := f.do("GET", "/api/v1/urls/poster/qr?format=png&"+query, "")
		a.want(t, 200, "", "")
		img, err := png.Decode(bytes.NewReader([]byte(a.body)))
		if err != nil || img.Bounds().Dx() != img.Bounds().Dy() {
			t.Fatalf("%s: %v", query, err)
		}
		side := img.Bounds().Dx()
		if r, _, _, _ := img.At(0, side-1).RGBA(); r == 0 {
			t.Errorf("%s: no margin", query)
		}
		dark := 0
		for x := range side {
			if r, _, _, _ := img.At(x, side/2).RGBA(); r == 0 {
				dark++
			}
		}
		if dark == 0 || a.header.Get("Content-Type") != "image/png" {
			t.Errorf("%s: nothing is drawn", query)
		}
	}
	for query, field := range map[string]string{"format=gif": "format", "size=63": "size", "size=2049": "size", "ecc=X": "ecc"} {
		f.do("GET", "/api/v1/urls/poster/qr?"+query, "").want(t, 422, "invalid_request", field)
	}
	f.do("GET", "/api/v1/urls/none/qr", "").want(t, 404, "not_found", "")
}
