package clicks

import (
	"context"
	"time"
)

// Drain is Start without a shipper: ship ships what there is, when it is called.
func (r *Recorder) Drain() (ship func(context.Context) error) {
	r.abandon, r.forget = func() {}, func() {}
	r.spool.Start()
	r.needSalt(context.Background(), time.Now().UnixMilli())
	return func(ctx context.Context) error {
		for {
			if more, err := r.shipNext(ctx); err != nil || !more {
				return err
			}
		}
	}
}
