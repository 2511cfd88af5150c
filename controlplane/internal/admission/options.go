package admission

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Options of a Gate.
type Options struct {
	// Name tells this gate from others in the metrics.
	Name string
	// Slots bounds the requests that are inside at once; 0 means 64: four for each
	// of the store's connections, and as many as share one commit of SQLite.
	Slots int
	// Queue bounds those that wait for a slot; 0 means 256.
	Queue int
	// Wait bounds how long; 0 means 200 ms.
	Wait time.Duration
	// Trip is how many failures in a row close the gate until the next sign of
	// life; 0 means 8.
	Trip       int
	Registerer prometheus.Registerer
}

func (o *Options) complete() error {
	switch {
	case o.Name == "":
		return errors.New("admission: Name is missing")
	case o.Slots < 0 || o.Queue < 0 || o.Wait < 0 || o.Trip < 0:
		return errors.New("admission: Slots, Queue, Wait and Trip must not be negative")
	case o.Registerer == nil:
		return errors.New("admission: Registerer is missing")
	}
	if o.Slots == 0 {
		o.Slots = 64
	}
	if o.Queue == 0 {
		o.Queue = 256
	}
	if o.Wait == 0 {
		o.Wait = 200 * time.Millisecond
	}
	if o.Trip == 0 {
		o.Trip = 8
	}
	return nil
}
