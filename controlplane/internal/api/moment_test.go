package api_test

import (
	"net/url"
	"testing"
)

// TestTimesBeyondRFC3339: an answer cannot show them, so the question is refused.
func TestTimesBeyondRFC3339(t *testing.T) {
	f := start(t)
	f.do("POST", "/api/v1/urls", `{"long_url":"https://example.com/","alias":"mine"}`).want(t, 201, "", "")
	for _, far := range []string{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59-05:00", "0000-01-01T00:00:00+05:00", "1969-12-31T23:59:59Z"} {
		t.Run(far, func(t *testing.T) {
			escaped := url.QueryEscape(far)
			f.do("GET", "/api/v1/urls/mine/stats?to="+escaped, "").want(t, 422, "invalid_request", "to")
			f.do("GET", "/api/v1/stats?from="+escaped, "").want(t, 422, "invalid_request", "from")
			f.do("GET", "/api/v1/urls/mine?at="+escaped, "").want(t, 422, "invalid_request", "at")
			f.do("POST", "/api/v1/resolve", `{"url":"/mine","at":"`+far+`"}`).want(t, 422, "invalid_request", "at")
		})
	}
	f.do("GET", "/api/v1/urls/mine/stats?to=9998-12-31T23:59:59Z&tz=America/New_York&compare=previous", "").want(t, 200, "", "")
}
