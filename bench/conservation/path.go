package conservation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"github.com/fingerpost/fingerpost/bench/program"
)

// path is the way from the edge to the control plane.
type path struct{ proxy *toxiproxy.Proxy }

func newPath(to string) (*path, error) {
	addr, err := program.Free()
	if err != nil {
		return nil, err
	}
	p := &path{toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "clicks", addr, to)}
	if err := p.proxy.Start(); err != nil {
		return nil, fmt.Errorf("opening the path to the control plane: %w", err)
	}
	return p, nil
}

// harm is what networks do.
type harm int

const (
	none     harm = iota
	cut           // connections end, and there are no new ones
	silence       // nothing moves back: what is booked is not acknowledged
	midway        // connections end in the middle of what is sent
	noAnswer      // connections end in the middle of what is answered
)

func (p *path) harm(h harm, random *rand.Rand) error {
	switch h {
	case cut:
		p.proxy.Stop()
	case silence:
		return p.toxic("downstream", "timeout", 0)
	case midway:
		return p.toxic("upstream", "limit_data", random.IntN(20_000))
	case noAnswer:
		return p.toxic("downstream", "limit_data", random.IntN(100))
	}
	return nil
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
