package api

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/fingerpost/fingerpost/controlplane/internal/access"
	"github.com/fingerpost/fingerpost/controlplane/internal/limits"
)

// defaultRate is how many requests a second a key may make that has no limit of
// its own.
const defaultRate = 1000

// limit counts a request of the key, and tells the client how much it has left,
// whether the request passes or not.
func (a *api) limit(ctx huma.Context, next func(huma.Context)) {
	key := keyOf(ctx.Context())
	if key.Unlimited {
		next(ctx)
		return
	}
	_, w := humago.Unwrap(ctx)
	d, err := a.Limits.Take(key.ID, rateOf(&key))
	if err != nil {
		a.problem("limit", err).write(w)
		return
	}
	setLimits(w.Header(), d, a.Links.Now())
	if !d.Allowed {
		tooMany(d).write(w)
		return
	}
	next(ctx)
}

func rateOf(key *access.Key) int {
	if key.RateLimit > 0 {
		return key.RateLimit
	}
	return defaultRate
}

func tooMany(d limits.Decision) *Problem {
	return newProblem(http.StatusTooManyRequests, "rate_limited",
		fmt.Sprintf("this API key makes more than %d requests a second; try again in %v", d.Limit, d.Retry.Round(time.Millisecond))).
		with("Retry-After", seconds(d.Retry))
}

// setLimits writes both families of headers: the customary ones, with the Unix
// time at which the whole limit is there again, and those of
// draft-ietf-httpapi-ratelimit-headers-11, with the seconds until then.
func setLimits(h http.Header, d limits.Decision, now time.Time) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(d.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(d.Remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(now.Add(d.Reset+time.Second-1).Unix(), 10))
	h.Set("RateLimit-Policy", fmt.Sprintf(`"key";q=%d;w=1`, d.Limit))
	h.Set("RateLimit", fmt.Sprintf(`"key";r=%d;t=%s`, d.Remaining, seconds(d.Reset)))
}

// seconds rounds up: who comes back then finds what was promised.
func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
