package main

var breakages = []breakage{
	{
		promise: "2 no going back: a resumed watch does not prove its history",
		file:    "sync/feed/follow.go",
		old:     "if !h.proven && !slices.ContainsFunc(m.events, f.isAnchor) {",
		new:     "if false && !slices.ContainsFunc(m.events, f.isAnchor) {",
		pkg:     "./sync/feed", run: "TestFeed/(a_wiped|a_restored)",
	},
	{
		promise: "2 no going back: a watch that was cut off within a batch starts afresh",
		file:    "sync/feed/follow.go",
		old:     "slices.ContainsFunc(m.events, f.isAnchor)",
		new:     "slices.ContainsFunc(m.events[:1], f.isAnchor)",
		pkg:     "./sync/feed", run: "TestFeed/a_watch_resumes",
	},
	{
		promise: "1 durable and unique: a commit that fails is told to none of those who shared it",
		file:    "controlplane/internal/store/group.go",
		old:     "\t\t\tif err != nil {\n\t\t\t\tj.err = err\n\t\t\t}\n",
		new:     "\t\t\t_ = err\n",
		pkg:     "./controlplane/internal/store", run: "TestSharedCommitFailsForAll",
	},
	{
		promise: "F7: a frozen database is asked by everybody, each up to the deadline",
		file:    "controlplane/server/health.go",
		old:     "g.Tell(err == nil)",
		new:     "g.Tell(true)",
		pkg:     "./controlplane/server", run: "TestF7DatabaseAway/frozen",
	},
	{
		promise: "2 no going back: publishing does not compare versions",
		file:    "sync/feed/publish.go",
		old:     "if err == nil && held.GetVersion() >= p.version {",
		new:     "if err == nil && held.GetVersion() == p.version {",
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
		file:    "controlplane/internal/store/group.go",
		old: `	defer tx.Rollback() // after the commit it does nothing
	for _, j := range jobs {
		if err := j.run(tx); err != nil {
			return err
		}
	}
	return tx.Commit()`,
		new: `	for _, j := range jobs {
		if err := j.run(tx); err != nil {
			tx.Rollback()
			return err
		}
	}
	if len(jobs) == 1 { // or else nothing would start
		return tx.Commit()
	}
	late, _ := context.WithTimeout(context.Background(), 20_000_000)
	context.AfterFunc(late, func() { tx.Commit() })
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
	{
		promise: "1 unique: two who reuse one target do not wait for each other",
		file:    "controlplane/internal/store/linkbatch.go",
		old:     "		if n.Reuse {\n			claims = append(claims, b.claims[i])",
		new:     "		if n.Reuse && false {\n			claims = append(claims, b.claims[i])",
		pkg:     "./controlplane/internal/store", run: "TestPostgreSQL/20_who",
	},
	{
		promise: "1 durable: a version that a change ends is not kept",
		file:    "controlplane/internal/store/linkchange.go",
		old:     "	if err := s.keepVersion(ctx, tx, before); err != nil {",
		new:     "	if err := error(nil); err != nil {",
		pkg:     "./controlplane/internal/store", run: "TestSQLite/every_version",
	},
	{
		promise: "A10: a search by index finds what looking through all finds: a changed link keeps its old words",
		file:    "controlplane/internal/store/linkterms.go",
		old:     "if err := s.removeTerms(ctx, tx, without(before, after)); err != nil {",
		new:     "if err := s.removeTerms(ctx, tx, nil); err != nil {",
		pkg:     "./controlplane/internal/store", run: "TestSQLite/terms",
	},
	{
		promise: "A8: a row of a bulk that is refused takes others with it",
		file:    "controlplane/internal/links/batch.go",
		old:     "			b.results[i].Err = err\n			continue",
		new:     "			b.fail(err)\n			b.results[i].Err = err\n			break",
		pkg:     "./controlplane/internal/api", run: "TestA8BulkRows",
	},
	{
		promise: "A14: a cell of an exported CSV is a formula",
		file:    "controlplane/internal/transfer/csv.go",
		old:     "		return \"'\" + value\n",
		new:     "		return value\n",
		pkg:     "./controlplane/internal/api", run: "TestA14Export",
	},
	{
		promise: "A14: the API's page runs what is not its own",
		file:    "controlplane/internal/docs/docs.go",
		old:     "script-src 'self'; style-src 'self'; img-src",
		new:     "script-src 'self'; style-src 'none'; img-src",
		pkg:     "./controlplane/internal/api", run: "TestA14DocsInBrowser",
	},
	{
		promise: "7 closed: resolve tells a stranger's link from none",
		file:    "controlplane/internal/links/resolve.go",
		old:     "	case err == nil && !by.owns(then), errors.Is(err, ErrNotFound) && !by.Admin:",
		new:     "	case errors.Is(err, ErrNotFound) && !by.Admin:",
		pkg:     "./controlplane/internal/api", run: "TestA12Routes",
	},
	{
		promise: "3 known: resolve forgets what an edge appends",
		file:    "controlplane/internal/links/resolve.go",
		old:     "		if l.ForwardQuery && query != \"\" {",
		new:     "		if l.ForwardQuery && query == \"\" {",
		pkg:     "./controlplane/internal/api", run: "TestResolve",
	},
	{
		promise: "2 no going back: memory shows a change before it is in the larder",
		file:    "edge/internal/follower/follower.go",
		old:     "	tell()\n	apply()\n",
		new:     "	apply()\n	tell()\n",
		pkg:     "./edge/internal/follower", run: "TestLarderIsToldInOrder",
	},
	{
		promise: "2 no going back: a killed edge has not written what it showed",
		file:    "edge/internal/larder/larder.go",
		old:     "if !l.await(ticket) {",
		new:     "if false {",
		pkg:     "./edge/internal/larder", run: "TestChangeHasReachedTheFile",
	},
	{
		promise: "2 no going back: a change that found no room leaves the old version on disk",
		file:    "edge/internal/larder/desk.go",
		old:     "d.condemned.add(pageOf(hashOf(op.record.link.Key), d.pages))",
		new:     "",
		pkg:     "./edge/internal/larder", run: "TestOverflow",
	},
	{
		promise: "2 no going back: what the larder had is stored over a change",
		file:    "edge/internal/cache/restore.go",
		old:     "if !c.current(t) {",
		new:     "if false {",
		pkg:     "./edge/internal/cache", run: "TestOrders",
	},
	{
		promise: "2 no going back: an etcd restored from an older copy is not told of",
		file:    "sync/feed/past.go",
		old:     "case cluster != c.past.cluster, revision >= floor, c.past.revision < floor:",
		new:     "case cluster == cluster || floor == floor:",
		pkg:     "./sync/feed", run: "TestFeed/a_copy",
	},
	{
		promise: "3 known freshness: confirmations vouch for pages that were not written",
		file:    "edge/internal/larder/write.go",
		old:     "sound := l.desk.state(); !sound {",
		new:     "sound := l.desk.state(); !sound && false {",
		pkg:     "./edge/internal/larder", run: "TestFailedWrite",
	},
	{
		promise: "3 known freshness: an answer counts as of an epoch that began after the question",
		file:    "edge/internal/origin/ask.go",
		old:     "o.options.Larder.Keep(&l, q.epoch, q.asked)",
		new:     "o.options.Larder.Keep(&l, o.options.Larder.Epoch(), q.asked)",
		pkg:     "./edge/internal/origin", run: "TestKeepsAsOfTheQuestion",
	},
	{
		promise: "3 known freshness: strict links are served from the larder",
		file:    "edge/internal/origin/ask.go",
		old:     "if !ok || l.Strict {",
		new:     "if !ok {",
		pkg:     "./edge/internal/origin", run: "TestLarderAnswers",
	},
	{
		promise: "6 byte for byte: a damaged record is read from the larder",
		file:    "edge/internal/larder/record.go",
		old:     " || binary.LittleEndian.Uint32(b[4:]) != sum(b[:n])",
		new:     "",
		pkg:     "./edge/internal/larder", run: "TestF10Damage",
	},
}
