package ops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/fingerpost/fingerpost/sync/crowd"
)

// maxConnections is far more than those have that look at a process.
const maxConnections = 100

// Options of a Server.
type Options struct {
	// Addr is host:port to listen on; port 0 picks a free one.
	Addr string
	// Gatherer is what /metrics shows.
	Gatherer prometheus.Gatherer
	// Ready says why the program should get no traffic, nil if it should.
	// Called for each /readyz; it must not block.
	Ready func() error
	// Headers, if set, adds headers to every answer, such as an edge's state.
	Headers func(http.Header)
	Logger  *slog.Logger
}

// Server answers on the ops port from Start until Stop.
type Server struct {
	options  Options
	server   *http.Server
	listener net.Listener
	done     chan struct{}
}

// New checks the options.
func New(o Options) (*Server, error) {
	switch {
	case o.Gatherer == nil:
		return nil, errors.New("ops: Gatherer is missing")
	case o.Ready == nil:
		return nil, errors.New("ops: Ready is missing")
	case o.Logger == nil:
		return nil, errors.New("ops: Logger is missing")
	}
	s := &Server{options: o, done: make(chan struct{})}
	s.server = &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(o.Logger.Handler(), slog.LevelWarn),
	}
	return s, nil
}

// Start listens and serves in the background.
func (s *Server) Start() error {
	l, err := net.Listen("tcp", s.options.Addr)
	if err != nil {
		return fmt.Errorf("listening for ops: %w", err)
	}
	limited := crowd.Limit(l, maxConnections)
	s.listener, s.server.ConnState = limited, limited.State
	go func() {
		defer close(s.done)
		if err := s.server.Serve(limited); !errors.Is(err, http.ErrServerClosed) {
			s.options.Logger.Error("ops port ended", "error", err)
		}
	}()
	return nil
}

// Addr is where the server listens, after Start.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Stop ends the server. Requests under way, a long profile say, have until ctx
// ends.
func (s *Server) Stop(ctx context.Context) error {
	err := s.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.server.Close())
	}
	<-s.done
	return err
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "ok\n")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := s.options.Ready(); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, err)
			return
		}
		io.WriteString(w, "ready\n")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.options.Gatherer, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.options.Headers != nil {
			s.options.Headers(w.Header())
		}
		mux.ServeHTTP(w, r)
	})
}
