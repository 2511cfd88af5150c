package feed_test

import (
	"testing"

	"github.com/fingerpost/fingerpost/sync/feedtest"
)

func TestFeed(t *testing.T) {
	feedtest.Run(t, func(tb testing.TB) *feedtest.Etcd { return feedtest.Start(tb) })
}
