package main

// sharedFaults are those of what both sides share, and of the bench.
var sharedFaults = []breakage{
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
		promise: "2 no going back: publishing does not compare versions",
		file:    "sync/feed/publish.go",
		old:     "versionOf(p.key, value) >= p.version {",
		new:     "versionOf(p.key, value) == p.version {",
		pkg:     "./sync/feed", run: "TestFeed/(versions|racing)",
	},
	{
		promise: "F6 a record that no edge would serve keeps newer ones from the feed",
		file:    "sync/feed/publish.go",
		old:     "if _, err := r.ToLink(); err != nil {",
		new:     "if _, err := r.ToLink(); err != nil && r == nil {",
		pkg:     "./sync/feed", run: "TestFeed/an_unservable",
	},
	{
		promise: "4 nothing slow in the way: a full disk ends the embedded etcd, and the process with it",
		file:    "deploy/standalone/etcd/etcd.go",
		old:     ", zap.WithFatalHook(parked{o.Logger})",
		new:     "",
		pkg:     "./deploy/standalone/etcd", run: "TestFullDisk",
	},
	{
		promise: "3 known freshness: an etcd that fell silent is taken for alive",
		file:    "sync/feed/follow.go",
		old:     "return fmt.Errorf(\"etcd was silent for %v\", silence)",
		new:     "f.sink.Confirm(f.from, f.client.now())",
		pkg:     "./sync/feed", run: "TestFeed/silence",
	},
	{
		promise: "2 no going back: an etcd restored from an older copy is not told of",
		file:    "sync/feed/past.go",
		old:     "case cluster != c.past.cluster, revision >= floor, c.past.revision < floor:",
		new:     "case cluster == cluster || floor == floor:",
		pkg:     "./sync/feed", run: "TestFeed/a_copy",
	},
	{
		promise: "5 once: two processes have one folder",
		file:    "sync/folder/lock_unix.go",
		old:     "syscall.LOCK_EX|",
		new:     "syscall.LOCK_SH|",
		pkg:     "./sync/folder", run: "TestLock",
	},
	{
		promise: "7 closed by default: anybody's X-Forwarded-For is believed",
		file:    "sync/address/address.go",
		old:     "for len(header) > 0 && Within(trusted, peer) {",
		new:     "for len(header) > 0 {",
		pkg:     "./sync/address", run: "TestForwarded",
	},
	{
		promise: "A7 memory bounded: connections without a request shut others out",
		file:    "sync/crowd/listener.go",
		old:     "one.rest(state == http.StateNew || state == http.StateIdle)",
		new:     "one.rest(state == http.StateIdle)",
		pkg:     "./sync/crowd", run: "TestIdleOnesMakeRoom",
	},
	{
		promise: "A7 memory bounded: any number of connections is taken",
		file:    "sync/crowd/listener.go",
		old:     "case l.open < l.most:",
		new:     "case l.open >= 0:",
		pkg:     "./sync/crowd", run: "TestOthersWait|TestIdleOnesMakeRoom",
	},
}
