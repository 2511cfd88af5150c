package store_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fingerpost/fingerpost/bench/e2e/postgres"
	"github.com/fingerpost/fingerpost/controlplane/internal/store"
	"github.com/fingerpost/fingerpost/controlplane/internal/store/storetest"
)

// F8 on a server with CockroachDB's manners: it is serializable, so that those who
// collide are told to come again, and one of fifty statements in transactions, commits
// too, is told so for no reason at all.
func TestF8PretendedCockroach(t *testing.T) {
	database := func(t *testing.T) string {
		return postgres.Cockroach(t, storetest.PostgreSQL(t), func([]byte) postgres.Fate {
			if rand.IntN(50) == 0 {
				return postgres.Refused
			}
			return postgres.Delivered
		})
	}
	storetest.RunRaces(t, func(t *testing.T) *store.Store { return open(t, database(t)) })
	storetest.RunClickRaces(t, database)
}

// Connections go to any of the hosts, past one that says nothing, and ask for answers
// to be kept until CockroachDB need not repeat the statement.
func TestSeveralHosts(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts, and nobody else
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	database, hosts := storetest.PostgreSQL(t), silent.Addr().String()
	var asked [2]atomic.Bool
	var u *url.URL
	for i := range asked {
		u, err = url.Parse(postgres.Cockroach(t, database, func(said []byte) postgres.Fate {
			if bytes.Contains(said, []byte("\x00results_buffer_size\x00524288\x00")) {
				asked[i].Store(true)
			}
			return postgres.Delivered
		}))
		if err != nil {
			t.Fatal(err)
		}
		hosts += "," + u.Host
	}
	u.Host = hosts
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !asked[0].Load() || !asked[1].Load() {
		s, err := store.Open(ctx, store.Options{URL: u.String(), Logger: slog.New(slog.DiscardHandler)})
		if err == nil {
			err = errors.Join(s.Ping(ctx), s.Close())
		}
		if err != nil {
			t.Fatalf("%v; the hosts were asked: %t, %t", err, asked[0].Load(), asked[1].Load())
		}
	}
}
