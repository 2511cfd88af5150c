package redirect

// Drain asks clients to close their connections with the next answer. Requests
// and new connections are served as before.
func (s *Server) Drain() { s.handler.draining.Store(true) }
