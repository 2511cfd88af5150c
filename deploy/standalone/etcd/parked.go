package etcd

import (
	"log/slog"

	"go.uber.org/zap/zapcore"
)

// parked takes the place of the exit that etcd makes when it cannot go on, most
// often because the disk is full. Its goroutine waits for ever instead: to all
// others etcd has fallen silent, which they can bear, and links are still served.
type parked struct{ logger *slog.Logger }

func (p parked) OnWrite(entry *zapcore.CheckedEntry, fields []zapcore.Field) {
	var cause error
	for _, f := range fields {
		if err, ok := f.Interface.(error); ok {
			cause = err
		}
	}
	p.logger.Error("the feed has ended; links are answered as they are, and changes are told after a restart. Is there room on the disk?",
		"etcd", entry.Message, "error", cause)
	select {}
}
