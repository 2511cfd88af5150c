package main

// storeFaults are those of the control plane's store.
var storeFaults = []breakage{
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
		promise: "A8: a first import reads all that it has made for each row to come",
		file:    "controlplane/internal/store/linkbatch.go",
		old:     "WHERE term >= CAST('=' AS ` + d.bytes + `) AND term < CAST('>' AS ` + d.bytes + `)",
		new:     "WHERE term <> CAST('' AS ` + d.bytes + `)",
		pkg:     "./controlplane/internal/store", run: "TestTargetsInANewTable",
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
		promise: "5 once: minutes are removed before they are rolled up",
		file:    "controlplane/internal/store/clickprune.go",
		old:     "\"rolled >= count\"",
		new:     "\"TRUE\"",
		pkg:     "./controlplane/internal/store", run: "TestSQLite/clicks_of_the_build_before",
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
		promise: "1 durable and unique: a commit that fails is told to none of those who shared it",
		file:    "controlplane/internal/store/group.go",
		old:     "\t\t\tif err != nil {\n\t\t\t\tj.err = err\n\t\t\t}\n",
		new:     "\t\t\t_ = err\n",
		pkg:     "./controlplane/internal/store", run: "TestSharedCommitFailsForAll",
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
}
