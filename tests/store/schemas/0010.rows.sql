INSERT INTO "alembic_version" ("version_num")
  VALUES ('0010');
INSERT INTO "archive_responses" ("feed", "address", "status", "body", "url", "total")
  VALUES ('https://kcrush.example/feed/', 'https://kcrush.example/wp-json/wp/v2/posts', 200, X'5B5D', 'https://kcrush.example/wp-json/wp/v2/posts', 1);
INSERT INTO "archives" ("url", "way", "plan", "position", "done", "total", "offered", "started_at", "finished_at", "synced_at", "swept_at", "robots", "robots_at")
  VALUES ('https://kcrush.example/feed/', 'rest', '{"category": 7}', 1, 1, 1, 1, '2026-03-01 12:00:00.000000', '2026-03-01 12:00:00.000000', '2026-03-01 12:00:00.000000', '2026-03-01 12:00:00.000000', '', '2026-03-01 12:00:00.000000');
INSERT INTO "database" ("id", "identity", "revision", "restored_at", "restored_after", "shard_count")
  VALUES (1, 'abcdef', 1, '2026-03-01 12:00:00.000000', 200000000000000001, 3);
INSERT INTO "drafts" ("id", "guild_id", "user_id", "data", "changed_at")
  VALUES (1, 200000000000000001, 200000000000000004, '{"hour":20}', '2026-03-01 12:00:00.000000');
INSERT INTO "feeds" ("url", "etag", "last_modified", "seeded", "polled_at", "changed_at", "moved_to")
  VALUES ('https://kcrush.example/feed/', '"e1"', 'Sun, 01 Mar 2026 12:00:00 GMT', 1, '2026-03-01 12:00:00.000000', '2026-03-01 12:00:00.000000', NULL);
INSERT INTO "follows" ("user_id", "artist_id", "name", "followed_at", "sort")
  VALUES (200000000000000005, 'park sori', 'Park Sori', '2026-03-01 12:00:00.000000', 'artist');
INSERT INTO "follows" ("user_id", "artist_id", "name", "followed_at", "sort")
  VALUES (200000000000000005, '0123456789', '"rainy day"', '2026-03-01 12:00:00.000000', 'words');
INSERT INTO "guilds" ("id", "time_zone", "doubt", "removed_at", "welcomed_at", "language")
  VALUES (200000000000000001, 'Asia/Seoul', 'rather-once', NULL, NULL, 'ko');
INSERT INTO "identifies" ("bucket", "identified_at")
  VALUES (3, 1772366400.25);
INSERT INTO "history" ("id", "guild_id", "user_id", "changed_at", "action", "channel_id", "before", "after")
  VALUES (1, 200000000000000001, 200000000000000004, '2026-03-01 12:00:00.000000', 'edited', 200000000000000002, '{"hour":18}', '{"hour":20}');
INSERT INTO "interviews" ("id", "guid", "url", "digest", "title", "author", "published_at", "updated_at", "excerpt", "image_url", "subjects", "tags", "frame", "turn_count", "first_seen_at", "listed_at", "withdrawn_at", "revision", "path")
  VALUES (1, 'https://kcrush.example/?p=1', 'https://kcrush.example/interview-1/', 'd1', 'Interview 1 with Park Sori (박소리)', 'Jane Doe', '2026-02-28 12:00:00.000000', '2026-03-01 11:00:00.000000', 'She sings.', 'https://kcrush.example/hero.jpg', '[["Park Sori","Singer",["박소리","SORI"]],["V1NO",null,[]]]', '["Music","K-Pop"]', '{"intro":"Hello.\n\nThis is the intro.","outro":"Thank you.","images":[["https://kcrush.example/2.jpg","",""]],"videos":["https://video.example/1"],"links":["https://link.example/"],"warnings":["a table was left out"],"headings":[]}', 2, '2026-03-01 12:00:00.000000', '2026-02-28 12:00:00.000000', NULL, 1, '/interview-1');
INSERT INTO "long_queries" ("key", "query", "asked_at")
  VALUES ('abcdefgh', 'everything about the tour of spring', '2026-03-01 12:00:00.000000');
INSERT INTO "processes" ("id", "name", "started_at", "slots", "slots_until")
  VALUES (5, 'host:17', '2026-03-01 12:00:00.000000', 50, '2026-03-01 12:00:03.000000');
INSERT INTO "subscriptions" ("id", "guild_id", "channel_id", "role_id", "created_by", "created_at", "state", "reason", "parked_at", "probes", "next_probe_at", "notified_at", "notified_cause", "notice_due_at", "notice_tried_at", "frequency", "weekday", "hour", "quiet_from", "quiet_until", "crosspost", "discussion", "role_lost", "mode", "webhook_id", "kind", "tag_id", "more_role_ids", "form", "colour", "spoiler", "silent", "filter", "text_above", "language")
  VALUES (1, 200000000000000001, 200000000000000002, 200000000000000003, 200000000000000004, '2026-03-01 12:00:00.000000', 'active', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, 'each', 0, 18, 1320, 420, 0, 1, 0, 'post', NULL, 'text', NULL, '[200000000000000009]', 'compact', 1193046, 1, 1, 'kind:music -artist:JYJ', 'New: {title}', 'ko');
INSERT INTO "archive_posts" ("id", "feed", "key", "state", "mark", "interview_id")
  VALUES (1, 'https://kcrush.example/feed/', '41', 'stored', '2026-03-01T12:00:00', 1);
INSERT INTO "deliveries" ("id", "interview_id", "subscription_id", "state", "attempts", "next_attempt_at", "round", "nonce", "message_id", "reason", "created_at", "changed_at", "maybe_sent_at", "channel_id", "thread_id", "digest", "plain", "missed", "edited_at", "edit_due_at", "edit_attempts", "batch", "after_id", "owner_id")
  VALUES (1, 1, 1, 'sent', 1, '2026-03-01 12:00:00.000000', 0, 'kc-abcdef-1', 200000000000000006, NULL, '2026-03-01 12:00:00.000000', '2026-03-01 12:00:00.000000', NULL, NULL, 200000000000000007, 'd1', 0, 0, NULL, NULL, 0, NULL, 200000000000000001, 5);
INSERT INTO "follow_spellings" ("user_id", "artist_id", "spelling_id")
  VALUES (200000000000000005, 'park sori', 'park sori');
INSERT INTO "follow_spellings" ("user_id", "artist_id", "spelling_id")
  VALUES (200000000000000005, '0123456789', '0123456789');
INSERT INTO "places" ("user_id", "interview_id", "section", "part", "read_at")
  VALUES (200000000000000005, 1, 1, 1, '2026-03-01 12:00:00.000000');
INSERT INTO "reading_threads" ("subscription_id", "interview_id", "section", "last", "changed_at")
  VALUES (1, 1, 1, 3, '2026-03-01 12:00:00.000000');
INSERT INTO "regular_days" ("subscription_id", "day", "channel_id", "interview_id", "section")
  VALUES (1, '2026-03-01', 200000000000000002, 1, 2);
INSERT INTO "regular_posts" ("subscription_id", "sort", "hour", "weekday", "since")
  VALUES (1, 'quote', 18, 6, '2026-03-01 12:00:00.000000');
INSERT INTO "saved" ("user_id", "interview_id", "section", "saved_at")
  VALUES (200000000000000005, 1, 1, '2026-03-01 12:00:00.000000');
INSERT INTO "turns" ("interview_id", "number", "question", "answers", "images")
  VALUES (1, 1, 'Please introduce yourself.', '[["SORI","I am Sori."],[null,"안녕하세요!"]]', '[["https://kcrush.example/1.jpg","alt","caption"]]');
INSERT INTO "turns" ("interview_id", "number", "question", "answers", "images")
  VALUES (1, 2, 'What is next?', '[["SORI","A tour."]]', '[]');
INSERT INTO "extras" ("delivery_id", "what", "state", "attempts", "next_attempt_at", "tried_at", "reason")
  VALUES (1, 'discussion', 'pending', 1, '2026-03-01 12:00:00.000000', NULL, NULL);
