CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE archive_posts (
	id INTEGER NOT NULL, 
	feed TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	state TEXT NOT NULL, 
	mark TEXT, 
	interview_id INTEGER, 
	PRIMARY KEY (id), 
	UNIQUE (feed, "key"), 
	FOREIGN KEY(interview_id) REFERENCES interviews (id)
);
CREATE TABLE archive_responses (
	feed TEXT NOT NULL, 
	address TEXT NOT NULL, 
	status INTEGER NOT NULL, 
	body BLOB NOT NULL, 
	url TEXT NOT NULL, 
	total INTEGER, 
	PRIMARY KEY (feed, address)
);
CREATE TABLE archives (
	url TEXT NOT NULL, 
	way TEXT, 
	"plan" JSON NOT NULL, 
	position INTEGER NOT NULL, 
	done INTEGER NOT NULL, 
	total INTEGER, 
	offered INTEGER, 
	started_at DATETIME, 
	finished_at DATETIME, 
	synced_at DATETIME, 
	swept_at DATETIME, 
	robots TEXT, 
	robots_at DATETIME, 
	PRIMARY KEY (url)
);
CREATE TABLE "database" (
	id INTEGER NOT NULL, 
	identity TEXT NOT NULL, 
	revision BIGINT NOT NULL, restored_at DATETIME, restored_after BIGINT, shard_count INTEGER, 
	PRIMARY KEY (id)
);
CREATE TABLE deliveries (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	interview_id INTEGER NOT NULL, 
	subscription_id INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_attempt_at DATETIME NOT NULL, 
	round INTEGER NOT NULL, 
	nonce TEXT NOT NULL, 
	message_id BIGINT, 
	reason TEXT, 
	created_at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	maybe_sent_at DATETIME, 
	channel_id BIGINT, 
	thread_id BIGINT, 
	digest TEXT, 
	plain BOOLEAN DEFAULT 0 NOT NULL, 
	missed INTEGER DEFAULT '0' NOT NULL, 
	edited_at DATETIME, 
	edit_due_at DATETIME, 
	edit_attempts INTEGER DEFAULT '0' NOT NULL, 
	batch INTEGER, after_id BIGINT, owner_id INTEGER, 
	UNIQUE (interview_id, subscription_id), 
	FOREIGN KEY(interview_id) REFERENCES interviews (id), 
	FOREIGN KEY(subscription_id) REFERENCES subscriptions (id)
);
CREATE TABLE drafts (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	guild_id BIGINT NOT NULL, 
	user_id BIGINT NOT NULL, 
	data JSON NOT NULL, 
	changed_at DATETIME NOT NULL
);
CREATE TABLE extras (
	delivery_id INTEGER NOT NULL, 
	what TEXT NOT NULL, 
	state TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_attempt_at DATETIME NOT NULL, 
	tried_at DATETIME, 
	reason TEXT, 
	PRIMARY KEY (delivery_id, what), 
	FOREIGN KEY(delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE
);
CREATE TABLE feeds (
	url TEXT NOT NULL, 
	etag TEXT, 
	last_modified TEXT, 
	seeded BOOLEAN NOT NULL, 
	polled_at DATETIME, 
	changed_at DATETIME, 
	moved_to TEXT, 
	PRIMARY KEY (url)
);
CREATE TABLE follow_spellings (
	user_id BIGINT NOT NULL, 
	artist_id TEXT NOT NULL, 
	spelling_id TEXT NOT NULL, 
	PRIMARY KEY (user_id, artist_id, spelling_id), 
	FOREIGN KEY(user_id, artist_id) REFERENCES follows (user_id, artist_id) ON DELETE CASCADE
);
CREATE TABLE follows (
	user_id BIGINT NOT NULL, 
	artist_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	followed_at DATETIME NOT NULL, sort TEXT DEFAULT 'artist' NOT NULL, 
	PRIMARY KEY (user_id, artist_id)
);
CREATE TABLE guilds (
	id BIGINT NOT NULL, 
	time_zone TEXT, 
	doubt TEXT NOT NULL, 
	removed_at DATETIME, welcomed_at DATETIME, language TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE history (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	guild_id BIGINT NOT NULL, 
	user_id BIGINT, 
	changed_at DATETIME NOT NULL, 
	action TEXT NOT NULL, 
	channel_id BIGINT, 
	"before" JSON, 
	"after" JSON
);
CREATE TABLE identifies (
	bucket INTEGER NOT NULL, 
	identified_at DOUBLE NOT NULL, 
	PRIMARY KEY (bucket)
);
CREATE TABLE interviews (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	guid TEXT NOT NULL, 
	url TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	title TEXT NOT NULL, 
	author TEXT, 
	published_at DATETIME, 
	updated_at DATETIME, 
	excerpt TEXT NOT NULL, 
	image_url TEXT, 
	subjects JSON NOT NULL, 
	tags JSON NOT NULL, 
	frame JSON NOT NULL, 
	turn_count INTEGER NOT NULL, 
	first_seen_at DATETIME NOT NULL, 
	listed_at DATETIME NOT NULL, 
	withdrawn_at DATETIME, 
	revision BIGINT NOT NULL, 
	path TEXT DEFAULT '' NOT NULL, 
	UNIQUE (guid)
);
CREATE TABLE long_queries (
	"key" TEXT NOT NULL, 
	"query" TEXT NOT NULL, 
	asked_at DATETIME NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE places (
	user_id BIGINT NOT NULL, 
	interview_id INTEGER NOT NULL, 
	section INTEGER NOT NULL, 
	part INTEGER NOT NULL, 
	read_at DATETIME NOT NULL, 
	PRIMARY KEY (user_id, interview_id), 
	FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE
);
CREATE TABLE processes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	started_at DATETIME NOT NULL, 
	slots INTEGER DEFAULT '0' NOT NULL, 
	slots_until DATETIME
);
CREATE TABLE reading_threads (
	subscription_id INTEGER NOT NULL, 
	interview_id INTEGER NOT NULL, 
	section INTEGER NOT NULL, 
	last INTEGER NOT NULL, 
	changed_at DATETIME NOT NULL, 
	PRIMARY KEY (subscription_id), 
	FOREIGN KEY(subscription_id) REFERENCES subscriptions (id) ON DELETE CASCADE, 
	FOREIGN KEY(interview_id) REFERENCES interviews (id)
);
CREATE TABLE regular_days (
	subscription_id INTEGER NOT NULL, 
	day DATE NOT NULL, 
	channel_id BIGINT NOT NULL, 
	interview_id INTEGER, 
	section INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (subscription_id, day), 
	FOREIGN KEY(subscription_id) REFERENCES subscriptions (id) ON DELETE CASCADE, 
	FOREIGN KEY(interview_id) REFERENCES interviews (id)
);
CREATE TABLE regular_posts (
	subscription_id INTEGER NOT NULL, 
	sort TEXT NOT NULL, 
	hour INTEGER NOT NULL, 
	weekday INTEGER, 
	since DATETIME NOT NULL, 
	PRIMARY KEY (subscription_id), 
	FOREIGN KEY(subscription_id) REFERENCES subscriptions (id) ON DELETE CASCADE
);
CREATE TABLE saved (
	user_id BIGINT NOT NULL, 
	interview_id INTEGER NOT NULL, 
	section INTEGER NOT NULL, 
	saved_at DATETIME NOT NULL, 
	PRIMARY KEY (user_id, interview_id, section), 
	FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE
);
CREATE TABLE "subscriptions" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	guild_id BIGINT NOT NULL, 
	channel_id BIGINT NOT NULL, 
	role_id BIGINT, 
	created_by BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT, 
	parked_at DATETIME, 
	probes INTEGER DEFAULT '0' NOT NULL, 
	next_probe_at DATETIME, 
	notified_at DATETIME, 
	notified_cause TEXT, 
	notice_due_at DATETIME, 
	notice_tried_at DATETIME, 
	frequency TEXT DEFAULT 'each' NOT NULL, 
	weekday INTEGER DEFAULT '0' NOT NULL, 
	hour INTEGER DEFAULT '18' NOT NULL, 
	quiet_from INTEGER, 
	quiet_until INTEGER, 
	crosspost BOOLEAN DEFAULT 0 NOT NULL, 
	discussion BOOLEAN DEFAULT 0 NOT NULL, 
	role_lost BOOLEAN DEFAULT 0 NOT NULL, 
	mode TEXT DEFAULT 'post' NOT NULL, 
	webhook_id BIGINT, 
	kind TEXT DEFAULT 'text' NOT NULL, 
	tag_id BIGINT, 
	more_role_ids JSON DEFAULT '[]' NOT NULL, 
	form TEXT DEFAULT 'full' NOT NULL, 
	colour INTEGER, 
	spoiler BOOLEAN DEFAULT 0 NOT NULL, 
	silent BOOLEAN DEFAULT 0 NOT NULL, 
	filter TEXT DEFAULT '' NOT NULL, 
	text_above TEXT DEFAULT '' NOT NULL
, language TEXT);
CREATE TABLE turns (
	interview_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	question TEXT NOT NULL, 
	answers JSON NOT NULL, 
	images JSON NOT NULL, 
	PRIMARY KEY (interview_id, number), 
	FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE
);
CREATE INDEX archive_posts_waiting ON archive_posts (feed, id) WHERE state = 'waiting';
CREATE INDEX deliveries_batch ON deliveries (batch) WHERE batch IS NOT NULL;
CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE state IN ('pending', 'leased') AND round < 1000000;
CREATE INDEX deliveries_due_direct ON deliveries (next_attempt_at) WHERE state IN ('pending', 'leased') AND round >= 1000000;
CREATE INDEX deliveries_edits ON deliveries (edit_due_at) WHERE edit_due_at IS NOT NULL;
CREATE INDEX deliveries_subscription ON deliveries (subscription_id, state, changed_at);
CREATE INDEX drafts_changed ON drafts (changed_at);
CREATE INDEX drafts_user ON drafts (user_id);
CREATE INDEX extras_due ON extras (next_attempt_at) WHERE state = 'pending';
CREATE INDEX follow_spellings_spelling ON follow_spellings (spelling_id, user_id);
CREATE INDEX follows_words ON follows (artist_id, name) WHERE sort = 'words';
CREATE INDEX history_guild ON history (guild_id, id);
CREATE INDEX history_user ON history (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX interviews_listed ON interviews (listed_at, id) WHERE withdrawn_at IS NULL;
CREATE INDEX interviews_path ON interviews (path);
CREATE UNIQUE INDEX interviews_revision ON interviews (revision);
CREATE INDEX interviews_url ON interviews (url);
CREATE INDEX ix_reading_threads_changed_at ON reading_threads (changed_at);
CREATE INDEX long_queries_newest ON long_queries (asked_at);
CREATE INDEX places_newest ON places (user_id, read_at);
CREATE INDEX regular_days_channel ON regular_days (channel_id, day);
CREATE INDEX saved_newest ON saved (user_id, saved_at);
CREATE INDEX subscriptions_channel ON subscriptions (channel_id);
CREATE INDEX subscriptions_guild ON subscriptions (guild_id);
CREATE INDEX subscriptions_notice ON subscriptions (notice_due_at) WHERE notice_due_at IS NOT NULL;
CREATE INDEX subscriptions_probe ON subscriptions (next_probe_at) WHERE next_probe_at IS NOT NULL;
CREATE INDEX subscriptions_timed ON subscriptions (id) WHERE frequency != 'each' OR quiet_from IS NOT NULL;
