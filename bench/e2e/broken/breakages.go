package main

var breakages = []breakage{
	{
		promise: "2 no going back: a resumed watch does not prove its history",
		file:    "sync/feed/follow.go",
		old:     "if !h.proven && !f.isAnchor(m.events[0]) {",
		new:     "if false {",
		pkg:     "./sync/feed", run: "TestFeed/(a_wiped|a_restored)",
	},
	{
		promise: "2 no going back: publishing does not compare versions",
		file:    "sync/feed/publish.go",
		old:     "if held(kvs[0].GetValue()) >= version {",
		new:     "if held(kvs[0].GetValue()) == version {",
		pkg:     "./sync/feed", run: "TestFeed/(versions|racing)",
	},
	{
		promise: "3 known freshness: an etcd that fell silent is taken for alive",
		file:    "sync/feed/follow.go",
		old:     "return fmt.Errorf(\"etcd was silent for %v\", silence)",
		new:     "f.sink.Confirm(f.from, f.client.now())",
		pkg:     "./sync/feed", run: "TestFeed/silence",
	},
	{
		promise: "1 durable and unique: a link is acknowledged before it is committed",
		file:    "controlplane/internal/store/tx.go",
		old: `		tx, err := s.write.BeginTx(ctx, &sql.TxOptions{Isolation: s.isolation})
		if err != nil {
			return err
		}
		defer tx.Rollback() // after the commit it does nothing
		if err := fn(ctx, tx); err != nil {
			return err
		}
		return tx.Commit()`,
		new: `		tx, err := s.write.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{Isolation: s.isolation})
		if err != nil {
			return err
		}
		if err := fn(ctx, tx); err != nil {
			tx.Rollback()
			return err
		}
		time.AfterFunc(20*time.Millisecond, func() { tx.Commit() })
		return nil`,
		pkg: "./bench/e2e", run: "TestDurableAndUnique",
	},
	{
		promise: "2 no going back: an edge takes over whatever the feed brings, also what is older than its fill",
		file:    "edge/internal/cache/apply.go",
		old:     "case held == nil || held.Version < l.Version:",
		new:     "case held == nil || held.Version != l.Version:",
		pkg:     "./bench/e2e", run: "TestNoGoingBack",
	},
	{
		promise: "6 byte for byte: Location is set by the server's own Redirect",
		file:    "edge/internal/redirect/answer.go",
		old:     "\th.SetStatusCode(status)\n\th.SetCanonical(nameLocation, location)",
		new:     "\tctx.Redirect(string(location), status)",
		pkg:     "./bench/e2e", run: "TestByteForByte",
	},
}
