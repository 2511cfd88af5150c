package main

// planeFaults are those of the control plane.
var planeFaults = []breakage{
	{
		promise: "F8: who has to give way on a serializable server does not come again",
		file:    "controlplane/internal/store/tx.go",
		old:     "const maxRetries = 50",
		new:     "const maxRetries = 1",
		pkg:     "./controlplane/internal/store", run: "TestF8Pretended",
	},
	{
		promise: "a start that was killed while it migrated is no obstacle to the next",
		file:    "controlplane/internal/store/dialect.go",
		old:     "\"IF NOT EXISTS\"}",
		new:     "\"\"}",
		pkg:     "./controlplane/internal/store", run: "TestMigrationsAreRepeatable",
	},
	{
		promise: "1 durable and unique: a create that shares a statement is told that it has a code which it has not",
		file:    "controlplane/internal/store/gather.go",
		old:     "if err == nil && !written[key] {",
		new:     "if err != nil && !written[key] {",
		pkg:     "./controlplane/internal/store", run: "TestCreatesShare",
	},
	{
		promise: "1 durable and unique: one refused create takes those with it that share its statement",
		file:    "controlplane/internal/store/gather.go",
		old:     "if len(all) > 1 && refused(err) {",
		new:     "if len(all) > 1 && refused(nil) {",
		pkg:     "./controlplane/internal/store", run: "TestCreatesShare",
	},
	{
		promise: "codes: a length that has ended is not followed by the next",
		file:    "controlplane/internal/counter/minter.go",
		old:     "for used = length; used <= link.MaxLength; used++ {",
		new:     "for used = length; used <= min(length, link.MaxLength); used++ {",
		pkg:     "./controlplane/internal/counter", run: "TestALengthEnds",
	},
	{
		promise: "codes: nobody is told that a length comes to its end",
		file:    "controlplane/internal/counter/alarm.go",
		old:     "if u.Ratio() >= alarmAt && !a.rang[u.Length] {",
		new:     "if u.Ratio() > 1 && !a.rang[u.Length] {",
		pkg:     "./controlplane/internal/counter", run: "TestAlarmRings",
	},
	{
		promise: "5 once: clicks of a batch that was booked before are added again",
		file:    "controlplane/internal/store/clicks.go",
		old:     "batch.GetSequence() > 0 && !r.Duplicate && !r.Conflict",
		new:     "batch.GetSequence() > 0 && !r.Conflict",
		pkg:     "./controlplane/internal/store", run: "TestSQLite/F3",
	},
	{
		promise: "5 once: a batch's number is noted in a transaction of its own",
		file:    "controlplane/internal/store/clicknumbers.go",
		old:     "b.tx.QueryContext(ctx, noteBatches+",
		new:     "b.store.write.QueryContext(ctx, noteBatches+",
		pkg:     "./controlplane/internal/store", run: "TestPostgreSQL/F3",
	},
	{
		promise: "5 once: a copied spool is taken for a repeated batch",
		file:    "controlplane/internal/store/clicknumbers.go",
		old:     "b.batches[i].GetDigest() == 0 || b.batches[i].GetDigest() == uint64(digest)",
		new:     "digest != 0",
		pkg:     "./controlplane/internal/store", run: "TestSQLite/a_number_has_one_digest",
	},
	{
		promise: "5 once: numbers are forgotten, and the floor does not rise",
		file:    "controlplane/internal/store/clickfold.go",
		old:     "raiseFloor, n.edge, n.epoch, top)",
		new:     "raiseFloor, n.edge, n.epoch, floor)",
		pkg:     "./controlplane/internal/store", run: "TestSQLite/folded_numbers",
	},
	{
		promise: "5 once: a number below the floor counts again",
		file:    "controlplane/internal/store/clickepochs.go",
		old:     "case n.sequence <= e.floor:",
		new:     "case n.sequence < 0:",
		pkg:     "./controlplane/internal/store", run: "TestSQLite/folding_races",
	},
	{
		promise: "5 once: what is posted stays in the journal",
		file:    "controlplane/internal/store/clickpost.go",
		old:     "\t\tif err := s.removeEntries(ctx, tx, bucket, ids); err != nil {",
		new:     "\t\tif err := s.removeEntries(ctx, tx, bucket, nil); err != nil {",
		pkg:     "./controlplane/internal/store", run: "TestSQLite/a_question_finds_what_is_not_posted",
	},
	{
		promise: "5 once: two replicas post the same entries",
		file:    "controlplane/internal/store/clickpost.go",
		old:     "LIMIT $2`+s.dialect.forUpdate,",
		new:     "LIMIT $2`,",
		pkg:     "./controlplane/internal/store", run: "TestPostgreSQL/F3_three_times",
	},
	{
		promise: "5 once: an answer about one link lacks what is not posted",
		file:    "controlplane/internal/store/statslink.go",
		old:     "\t\t\terr = found.add(one.detail)",
		new:     "\t\t\terr = nil",
		pkg:     "./controlplane/internal/store", run: "TestSQLite/a_question_finds_what_is_partly_posted",
	},
	{
		promise: "5 once: a link has the clicks of one whose code holds its own",
		file:    "controlplane/internal/store/statslink.go",
		old:     "c.GetDomain() == u.key.Domain && c.GetCode() == u.key.Code",
		new:     "c.GetDomain() == u.key.Domain",
		pkg:     "./controlplane/internal/store", run: "TestSQLite/a_question_finds_what_is_partly_posted",
	},
	{
		promise: "4 nothing slow: a batch is checked that there is no room for",
		file:    "controlplane/internal/ingest/ingest.go",
		old:     "\tif err := i.desk.room(b); err != nil {",
		new:     "\tif err := error(nil); err != nil {",
		pkg:     "./controlplane/internal/ingest", run: "TestBusy",
	},
	{
		promise: "5 once: an answer lacks what is not posted",
		file:    "controlplane/internal/stats/stats.go",
		old:     "\tif err = s.catchUp(ctx, &q, marks, &answer.Final); err != nil {",
		new:     "\tif err != nil {",
		pkg:     "./controlplane/internal/stats", run: "TestFinalIsTheFurthestBehind",
	},
	{
		promise: "5 once: minutes are removed before they are rolled up",
		file:    "controlplane/internal/store/clickprune.go",
		old:     "\"rolled >= count\"",
		new:     "\"TRUE\"",
		pkg:     "./controlplane/internal/store", run: "TestSQLite/clicks_of_the_build_before",
	},
	{
		promise: "5 once: one batch that cannot be booked takes others with it",
		file:    "controlplane/internal/ingest/desk.go",
		old:     "case len(all) == 1:",
		new:     "case len(all) > 0:",
		pkg:     "./controlplane/internal/ingest", run: "TestOneBadBatch",
	},
	{
		promise: "7 closed by default: salts of days that are over are kept",
		file:    "controlplane/internal/store/salts.go",
		old:     "WHERE day < $1`, today)",
		new:     "WHERE day < $1`, today-9)",
		pkg:     "./controlplane/internal/store", run: "TestSQLite/a_day_has_one_salt",
	},
	{
		promise: "1 durable: a create that is sent again after a lost answer is another link",
		file:    "controlplane/internal/store/idempotency.go",
		old:     "if a := idempotency.From(ctx); a != nil {",
		new:     "if a := idempotency.From(ctx); a != nil && a.Now == 0 {",
		pkg:     "./controlplane/server", run: "TestF8CutAfterCommit",
	},
	{
		promise: "3 freshness: what the feed took late is not marked",
		file:    "controlplane/internal/outbox/outbox.go",
		old:     "	o.markAll(records, all)\n",
		new:     "",
		pkg:     "./controlplane/internal/outbox", run: "TestLatePublicationsAreMarked",
	},
	{
		promise: "3 freshness: a revision is told of a version that it does not carry",
		file:    "controlplane/internal/store/links.go",
		old:     " AND r.version = links.version",
		new:     "",
		pkg:     "./controlplane/internal/store", run: "TestRevisionsOfTheBuildBefore",
	},
	{
		promise: "5 once: an Idempotency-Key is not claimed with its change",
		file:    "controlplane/internal/store/idempotency.go",
		old:     "if a := idempotency.From(ctx); a != nil {",
		new:     "if a := idempotency.From(ctx); a != nil && a.Now == 0 {",
		pkg:     "./controlplane/internal/idempotency", run: "TestA5Replicas",
	},
	{
		promise: "5 once: a second answer replaces the first",
		file:    "controlplane/internal/store/idempotency.go",
		old:     "idempotency_keys.token = excluded.token AND NOT idempotency_keys.final`",
		new:     "idempotency_keys.token = excluded.token`",
		pkg:     "./controlplane/internal/store", run: "TestSQLite/the_first_answer",
	},
	{
		promise: "7 closed by default: stored answers can be read without the API key",
		file:    "controlplane/internal/idempotency/answer.go",
		old:     "return s.aead.Seal(nil, nil, text, name.Hash[:]), nil",
		new:     "return text, nil",
		pkg:     "./controlplane/internal/idempotency", run: "TestSealed",
	},
	{
		promise: "7 closed by default: a revoked key goes on",
		file:    "controlplane/internal/access/key.go",
		old:     "return k.RevokedAt != 0 ||",
		new:     "return",
		pkg:     "./controlplane/internal/access", run: "TestA13Revoked",
	},
	{
		promise: "7 closed by default: one request too many passes",
		file:    "controlplane/internal/limits/limits.go",
		old:     "time.Duration(rate)*interval; wait > 0 {",
		new:     "time.Duration(rate)*interval; wait > interval {",
		pkg:     "./controlplane/internal/limits", run: "TestA11Exact",
	},
	{
		promise: "7 closed by default: a client's own X-Forwarded-For is believed",
		file:    "controlplane/internal/proxies/proxies.go",
		old:     "i >= 0 && t.contains(client); i--",
		new:     "i >= 0; i--",
		pkg:     "./controlplane/internal/proxies", run: "TestA11Client",
	},
	{
		promise: "7 closed by default: an audit entry is altered unseen",
		file:    "controlplane/internal/audit/verify.go",
		old:     "case b.sum(entries) != b.Hash:",
		new:     "case b.Number < 0:",
		pkg:     "./controlplane/internal/audit", run: "TestTamper",
	},
	{
		promise: "7 closed by default: the end of the audit is cut off unseen",
		file:    "controlplane/internal/audit/verify.go",
		old:     "if written.Number > r.Head.Number {",
		new:     "if written.Number < 0 {",
		pkg:     "./controlplane/internal/audit", run: "TestTamper",
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
		file:    "controlplane/internal/admission/gate.go",
		old:     "func (g *Gate) Check() error {\n\tif g.closed.Load() {",
		new:     "func (g *Gate) Check() error {\n\tif false {",
		pkg:     "./controlplane/server", run: "TestF7DatabaseAway/frozen",
	},
	{
		promise: "takedown: a write does not wait for the edges",
		file:    "controlplane/internal/receipts/receipt.go",
		old:     "if r.Complete() {",
		new:     "if len(live) > 0 || r.Complete() {",
		pkg:     "./controlplane/internal/receipts", run: "TestWishWaits",
	},
	{
		promise: "1 durable and unique: a restored backup leases what was leased after it",
		file:    "controlplane/internal/counter/skip.go",
		old:     "size := min((shard.End-shard.First)/skipPart, skipSize)",
		new:     "size := min((shard.End-shard.First)/skipPart, 1)",
		pkg:     "./controlplane/internal/counter", run: "TestSkipPasses",
	},
	{
		promise: "ranges: the next one is leased only when the one in use has ended",
		file:    "controlplane/internal/counter/supply.go",
		old:     "s.current.Size <= s.size/2",
		new:     "s.current.Size == 0",
		pkg:     "./controlplane/internal/counter", run: "TestNobodyWaits",
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
		promise: "5 once: batches are booked whatever their number",
		file:    "controlplane/internal/store/clicknumbers.go",
		old:     "n.sequence > 0 && !noted[i] {",
		new:     "n.sequence > 0 && !noted[i] && i < 0 {",
		pkg:     "./bench/e2e", run: "TestF2Ledger",
	},
	{
		promise: "5 exact: the days of a zone are made of UTC's",
		file:    "controlplane/internal/stats/ruler.go",
		old:     "longest = Hour",
		new:     "longest = Day",
		pkg:     "./controlplane/internal/stats", run: "TestBuckets",
	},
	{
		promise: "5 exact: buckets are made of slots that are no longer kept",
		file:    "controlplane/internal/stats/span.go",
		old:     "if marks[0] >= oldest {",
		new:     "if marks[0] >= oldest || g == Hour {",
		pkg:     "./controlplane/internal/stats", run: "TestRefused",
	},
	{
		promise: "5 exact: figures are final as soon as the first edge has shipped",
		file:    "controlplane/internal/stats/final.go",
		old:     "e.Watermark < f.Until",
		new:     "e.Watermark > f.Until",
		pkg:     "./controlplane/internal/stats", run: "TestFinal",
	},
	{
		promise: "7 closed: a webhook reaches what is inside",
		file:    "controlplane/internal/webhooks/target.go",
		old:     "	if !private {",
		new:     "	if false {",
		pkg:     "./controlplane/internal/webhooks", run: "TestInside",
	},
	{
		promise: "7 closed: a webhook hears of another tenant's links",
		file:    "controlplane/internal/webhooks/collect.go",
		old:     "hook.Workspace == entries[i].Workspace && ",
		new:     "",
		pkg:     "./controlplane/internal/webhooks", run: "TestLinkEvents",
	},
}
