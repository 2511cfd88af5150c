package redirect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/valyala/fasthttp"
)

// Server serves a Handler on one port.
type Server struct {
	handler  *Handler
	server   *fasthttp.Server
	listener net.Listener
	done     chan struct{}
}

// NewServer checks the options.
func NewServer(o Options) (*Server, error) {
	h, err := NewHandler(o)
	if err != nil {
		return nil, err
	}
	return &Server{handler: h, server: newServer(h), done: make(chan struct{})}, nil
}

func newServer(h *Handler) *fasthttp.Server {
	return &fasthttp.Server{
		Handler: h.Serve,
		Logger:  printf{h.options.Logger},
		// Whole malformed requests are not logged: they may hold secrets.
		SecureErrorLogMessage: true,
		// A target and the headers have 8 KiB each.
		ReadBufferSize:  16 << 10,
		WriteBufferSize: 4 << 10,
		// Nothing that this server answers has a body; 1 is fasthttp's least.
		MaxRequestBodySize: 1,
		ReadTimeout:        10 * time.Second,
		WriteTimeout:       10 * time.Second,
		IdleTimeout:        75 * time.Second,
		Concurrency:        64 << 10,
		CloseOnShutdown:    true,

		NoDefaultServerHeader:        true,
		NoDefaultContentType:         true,
		DisablePreParseMultipartForm: true,
	}
}

// Handler is what the server serves; it is also a prometheus.Collector.
func (s *Server) Handler() *Handler { return s.handler }

// Start listens and serves in the background.
func (s *Server) Start() error {
	l, err := net.Listen("tcp", s.handler.options.Addr)
	if err != nil {
		return fmt.Errorf("listening for redirects: %w", err)
	}
	s.listener = l
	go func() {
		defer close(s.done)
		if err := s.server.Serve(patient{l, s.handler.options.Logger}); err != nil {
			s.handler.options.Logger.Error("redirect port ended", "error", err)
		}
	}()
	return nil
}

// Addr is where the server listens, after Start.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Stop closes the port, lets requests under way finish until ctx ends, and cuts
// off the rest.
func (s *Server) Stop(ctx context.Context) error {
	// Closed here first: fasthttp, asked to shut down before it has begun to serve,
	// does nothing and then serves.
	err := s.listener.Close()
	if down := s.server.ShutdownWithContext(ctx); !errors.Is(down, net.ErrClosed) {
		err = errors.Join(err, down)
	}
	<-s.done
	if err != nil {
		return fmt.Errorf("ending requests under way: %w", err)
	}
	return nil
}

// printf is fasthttp's logger. What it says is about single clients, which an
// operator wants to see only when looking for trouble.
type printf struct{ log *slog.Logger }

func (p printf) Printf(format string, args ...any) { p.log.Debug(fmt.Sprintf(format, args...)) }
