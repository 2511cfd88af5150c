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
	"github.com/fingerpost/fingerpost/sync/address"
)

// defaultRate is how many requests a second a key may make that has no limit of
// its own.
const defaultRate = 1000

// unknownKeys is how many keys a second an address (IPv6: a /64) may show that turn
// out to be none, or are being looked up: each costs the database a question.
const unknownKeys = 100

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
	setLimits(w.Header(), "key", d, a.Links.Now())
	if !d.Allowed {
		tooMany("this API key makes", "requests", d).write(w)
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

// guess counts the key that a request shows against its address, since nobody here
// remembers it. known takes that back: the key was none that somebody made up, or
// nobody could tell.
func (a *api) guess(r *http.Request) (known func(), err error) {
	from := address.Network(a.client(r)).String()
	d, err := a.Guesses.Take(from, unknownKeys)
	if err != nil {
		return nil, err
	}
	if !d.Allowed {
		p := tooMany("this address shows", "unknown API keys", d)
		setLimits(p.headers, "address", d, a.Links.Now())
		return nil, p
	}
	return func() { a.Guesses.Return(from, unknownKeys) }, nil
}

func tooMany(who, what string, d limits.Decision) *Problem {
	return newProblem(http.StatusTooManyRequests, "rate_limited",
		fmt.Sprintf("%s more than %d %s a second; try again in %v", who, d.Limit, what, d.Retry.Round(time.Millisecond))).
		with("Retry-After", seconds(d.Retry))
}

// setLimits writes both families of headers: the customary ones, with the Unix
// time at which the whole limit is there again, and those of
// draft-ietf-httpapi-ratelimit-headers-11, with the policy's name and the seconds
// until then.
func setLimits(h http.Header, policy string, d limits.Decision, now time.Time) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(d.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(d.Remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(now.Add(d.Reset+time.Second-1).Unix(), 10))
	h.Set("RateLimit-Policy", fmt.Sprintf(`%q;q=%d;w=1`, policy, d.Limit))
	h.Set("RateLimit", fmt.Sprintf(`%q;r=%d;t=%s`, policy, d.Remaining, seconds(d.Reset)))
}

// seconds rounds up: who comes back then finds what was promised.
func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
