package api

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"rsc.io/qr"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
)

// quiet is the margin, in modules, that readers need (ISO/IEC 18004, section 9.1).
const quiet = 4

type qrRequest struct {
	LinkAddress
	Format string `query:"format" enum:"svg,png" default:"svg" doc:"svg is sharp at every size, for print."`
	Size   int    `query:"size" minimum:"64" maximum:"2048" default:"512" doc:"Width and height in pixels. A PNG gets the largest whole modules that fit."`
	ECC    string `query:"ecc" enum:"L,M,Q,H" default:"M" doc:"Error correction: how much may be dirty or torn. L 7 %, M 15 %, Q 25 %, H 30 %."`
}

type qrAnswer struct {
	ContentType string `header:"Content-Type"`
	Security    string `header:"Content-Security-Policy"`
	Body        []byte
}

func (a *api) registerQR() {
	handle(a, access.ReadURLs, huma.Operation{
		OperationID: "read-url-qr", Method: http.MethodGet, Path: "/api/v1/urls/{code}/qr",
		Summary: "Draw a link's QR code", Tags: []string{"links"},
		Description: "The code holds the short URL, so what it leads to can still be changed once it is printed.",
		Responses: map[string]*huma.Response{"200": {Description: "The picture.", Content: map[string]*huma.MediaType{
			"image/svg+xml": {Schema: &huma.Schema{Type: huma.TypeString}},
			"image/png":     {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}},
	}, a.qr)
}

func (a *api) qr(ctx context.Context, key access.Key, in *qrRequest) (*qrAnswer, error) {
	at, err := a.Links.Key(in.Domain, in.Code)
	if err != nil {
		return nil, err
	}
	found, err := a.Links.Read(ctx, caller(key), at)
	if err != nil {
		return nil, err
	}
	levels := map[string]qr.Level{"L": qr.L, "M": qr.M, "Q": qr.Q, "H": qr.H}
	drawn, err := qr.Encode(a.shortURL(found.Key), levels[in.ECC])
	if err != nil {
		return nil, fmt.Errorf("encoding QR code: %w", err)
	}
	answer := &qrAnswer{ContentType: "image/svg+xml", Security: "default-src 'none'", Body: drawSVG(drawn, in.Size)}
	if in.Format == "png" {
		answer.ContentType = "image/png"
		answer.Body, err = drawPNG(drawn, in.Size)
	}
	return answer, err
}

// drawSVG writes each run of dark modules as one piece of a path.
func drawSVG(c *qr.Code, size int) []byte {
	var path strings.Builder
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			run := 0
			for x+run < c.Size && c.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
				x += run
			}
		}
	}
	modules := c.Size + 2*quiet
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[1]d" viewBox="0 0 %[2]d %[2]d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%[2]dv%[2]dH0z"/><path d="%[3]s"/></svg>`, size, modules, path.String())
}

// drawPNG gives modules of whole pixels, and what is left over to the margin.
func drawPNG(c *qr.Code, size int) ([]byte, error) {
	modules := c.Size + 2*quiet
	scale := max(1, size/modules)
	size = max(size, scale*modules)
	margin := (size - scale*c.Size) / 2
	img := image.NewPaletted(image.Rect(0, 0, size, size), color.Palette{color.White, color.Black})
	for y := margin; y < margin+scale*c.Size; y++ {
		for x := margin; x < margin+scale*c.Size; x++ {
			if c.Black((x-margin)/scale, (y-margin)/scale) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, fmt.Errorf("encoding PNG: %w", err)
	}
	return out.Bytes(), nil
}
