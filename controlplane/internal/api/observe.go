package api

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// observer is the outermost handler: it counts, recovers from panics, and
// answers for the router where that would answer in plain text.
type observer struct {
	mux      *http.ServeMux
	origin   *http.CrossOriginProtection // no page of another site changes anything
	log      *slog.Logger
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newObserver(o Options, mux *http.ServeMux) (*observer, error) {
	v := &observer{
		mux: mux, origin: http.NewCrossOriginProtection(), log: o.Logger,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "fingerpost_control_requests_total", Help: "API requests by route and status.",
		}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "fingerpost_control_request_seconds", Help: "Time to answer API requests.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}, []string{"route"}),
	}
	for _, c := range []prometheus.Collector{v.requests, v.seconds} {
		if err := o.Registerer.Register(c); err != nil {
			return nil, fmt.Errorf("registering metrics: %w", err)
		}
	}
	return v, nil
}

func (v *observer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	answer := &recorder{ResponseWriter: w}
	route := v.route(answer, r)
	v.requests.WithLabelValues(route, strconv.Itoa(answer.status)).Inc()
	v.seconds.WithLabelValues(route).Observe(time.Since(start).Seconds())
}

// route answers r and gives the pattern that it met, of which there are few,
// unlike paths.
func (v *observer) route(w *recorder, r *http.Request) (pattern string) {
	defer v.recover(w, r)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if err := v.origin.Check(r); err != nil {
		newProblem(http.StatusForbidden, "cross_site", "this request comes from another site's page").write(w)
		return "none"
	}
	handler, pattern := v.mux.Handler(r)
	if pattern == "" {
		refuse(w, r, handler)
		return "none"
	}
	r, problem := wished(w, r)
	if problem != nil {
		problem.write(w)
		return pattern
	}
	v.mux.ServeHTTP(w, r)
	return pattern
}

// refuse says as a Problem what the router's own handler says in plain text:
// 404, or 405 with Allow.
func refuse(w http.ResponseWriter, r *http.Request, router http.Handler) {
	said := &unsent{header: make(http.Header), status: http.StatusNotFound}
	router.ServeHTTP(said, r)
	p := newProblem(http.StatusNotFound, "not_found", "there is nothing at this path; see /docs or /openapi.json")
	if said.status == http.StatusMethodNotAllowed {
		allow := said.header.Get("Allow")
		p = newProblem(said.status, statusCode(said.status), "this path takes "+allow).with("Allow", allow)
	}
	p.write(w)
}

// recover keeps one request's bug from ending the process.
func (v *observer) recover(w *recorder, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	// The path is left out: it may hold what a client pasted into it.
	v.log.Error("request panicked", "method", r.Method, "route", r.Pattern, "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
	if w.status == 0 {
		newProblem(http.StatusInternalServerError, "internal", "an unexpected error; it has been logged").write(w)
	}
}

// recorder notes the status that was sent; 0 is none yet.
type recorder struct {
	http.ResponseWriter
	status int
}

func (w *recorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(data []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(data)
}

// Unwrap lets http.ResponseController reach the connection, for deadlines.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// unsent takes an answer that is not to be sent.
type unsent struct {
	header http.Header
	status int
}

func (w *unsent) Header() http.Header            { return w.header }
func (w *unsent) WriteHeader(status int)         { w.status = status }
func (w *unsent) Write(data []byte) (int, error) { return len(data), nil }
