package conservation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// path is the way from the edge to the control plane.
type path struct{ proxy *toxiproxy.Proxy }

func newPath(to string) (*path, error) {
	addr, err := free()
	if err != nil {
		return nil, err
	}
	p := &path{toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "clicks", addr, to)}
	if err := p.proxy.Start(); err != nil {
		return nil, fmt.Errorf("opening the path to the control plane: %w", err)
	}
	return p, nil
}

// harm does one of the things that networks do: nothing answers, nothing moves, or
// connections end in the middle of a message, one way or the other.
func (p *path) harm(random *rand.Rand) error {
	switch random.IntN(4) {
	case 0:
		p.proxy.Stop()
		return nil
	case 1:
		return p.toxic("downstream", "timeout", 0)
	case 2:
		return p.toxic("upstream", "limit_data", random.IntN(20_000))
	default: // what is booked is not acknowledged
		return p.toxic("downstream", "limit_data", random.IntN(600))
	}
}

func (p *path) toxic(stream, kind string, n int) error {
	attribute := map[string]string{"timeout": "timeout", "limit_data": "bytes"}[kind]
	toxic := fmt.Sprintf(`{"name":"harm","type":%q,"stream":%q,"attributes":{%q:%d}}`, kind, stream, attribute, n)
	if _, err := p.proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
		return fmt.Errorf("harming the path: %w", err)
	}
	return nil
}

// mend ends all harm.
func (p *path) mend(ctx context.Context) error {
	p.proxy.Toxics.ResetToxics(ctx)
	if p.proxy.Enabled {
		return nil
	}
	for deadline := time.Now().Add(10 * time.Second); ; {
		err := p.proxy.Start()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
}

// sleep waits, unless ctx ends before.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
