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
}
