package server_test

import (
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/controlplane/server"
	"github.com/fingerpost/fingerpost/sync/feedtest"
)

// BenchmarkCreate is creates over HTTP, through validation, the database's sync
// and etcd's, by as many clients as -cpu and SetParallelism say.
func BenchmarkCreate(b *testing.B) {
	etcd := feedtest.Start(b)
	s, err := server.New(server.Options{
		DatabaseURL: "sqlite:" + filepath.Join(b.TempDir(), "links.db"), Etcd: []string{etcd.Endpoint()},
		Addr: "127.0.0.1:0", RPCAddr: "127.0.0.1:0", OpsAddr: "127.0.0.1:0", AdminKey: adminKey, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			request, _ := http.NewRequest("POST", "http://"+s.Addr()+"/api/v1/urls", strings.NewReader(`{"long_url":"https://example.com/a/b/c?d=e"}`))
			request.Header.Set("Authorization", "Bearer "+adminKey)
			response, err := client.Do(request)
			if err != nil || response.StatusCode != 201 {
				b.Errorf("response %v, error %v", response, err)
				return
			}
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
	})
	b.StopTimer()
	if err := s.Stop(b.Context()); err != nil {
		b.Error(err)
	}
}
