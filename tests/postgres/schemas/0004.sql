CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.archive_posts (
    id bigint NOT NULL,
    feed text NOT NULL,
    key text NOT NULL,
    state text NOT NULL,
    mark text,
    interview_id bigint
);
CREATE SEQUENCE public.archive_posts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.archive_posts_id_seq OWNED BY public.archive_posts.id;
CREATE TABLE public.archive_responses (
    feed text NOT NULL,
    address text NOT NULL,
    status integer NOT NULL,
    body bytea NOT NULL,
    url text NOT NULL,
    total integer
);
CREATE TABLE public.archives (
    url text NOT NULL,
    way text,
    plan json NOT NULL,
    "position" integer NOT NULL,
    done integer NOT NULL,
    total integer,
    offered integer,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    synced_at timestamp with time zone,
    swept_at timestamp with time zone,
    robots text,
    robots_at timestamp with time zone
);
CREATE TABLE public.database (
    id integer NOT NULL,
    identity text NOT NULL,
    revision bigint NOT NULL,
    restored_at timestamp with time zone,
    restored_after bigint
);
CREATE TABLE public.deliveries (
    id bigint NOT NULL,
    interview_id bigint NOT NULL,
    subscription_id bigint NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    next_attempt_at timestamp with time zone NOT NULL,
    round integer NOT NULL,
    nonce text NOT NULL,
    message_id bigint,
    reason text,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    maybe_sent_at timestamp with time zone,
    after_id bigint,
    channel_id bigint,
    thread_id bigint,
    digest text,
    plain boolean DEFAULT false NOT NULL,
    missed integer DEFAULT 0 NOT NULL,
    edited_at timestamp with time zone,
    edit_due_at timestamp with time zone,
    edit_attempts integer DEFAULT 0 NOT NULL,
    batch bigint
);
CREATE SEQUENCE public.deliveries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.deliveries_id_seq OWNED BY public.deliveries.id;
CREATE TABLE public.drafts (
    id bigint NOT NULL,
    guild_id bigint NOT NULL,
    user_id bigint NOT NULL,
    data json NOT NULL,
    changed_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.drafts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.drafts_id_seq OWNED BY public.drafts.id;
CREATE TABLE public.extras (
    delivery_id bigint NOT NULL,
    what text NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    next_attempt_at timestamp with time zone NOT NULL,
    tried_at timestamp with time zone,
    reason text
);
CREATE TABLE public.feeds (
    url text NOT NULL,
    etag text,
    last_modified text,
    seeded boolean NOT NULL,
    polled_at timestamp with time zone,
    changed_at timestamp with time zone,
    moved_to text
);
CREATE TABLE public.follow_spellings (
    user_id bigint NOT NULL,
    artist_id text NOT NULL,
    spelling_id text NOT NULL
);
CREATE TABLE public.follows (
    user_id bigint NOT NULL,
    artist_id text NOT NULL,
    name text NOT NULL,
    followed_at timestamp with time zone NOT NULL
);
CREATE TABLE public.guilds (
    id bigint NOT NULL,
    time_zone text,
    doubt text NOT NULL,
    removed_at timestamp with time zone,
    welcomed_at timestamp with time zone
);
CREATE TABLE public.history (
    id bigint NOT NULL,
    guild_id bigint NOT NULL,
    user_id bigint,
    changed_at timestamp with time zone NOT NULL,
    action text NOT NULL,
    channel_id bigint,
    before json,
    after json
);
CREATE SEQUENCE public.history_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.history_id_seq OWNED BY public.history.id;
CREATE TABLE public.interviews (
    id bigint NOT NULL,
    guid text NOT NULL,
    url text NOT NULL,
    digest text NOT NULL,
    title text NOT NULL,
    author text,
    published_at timestamp with time zone,
    updated_at timestamp with time zone,
    excerpt text NOT NULL,
    image_url text,
    subjects json NOT NULL,
    tags json NOT NULL,
    frame json NOT NULL,
    turn_count integer NOT NULL,
    first_seen_at timestamp with time zone NOT NULL,
    listed_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    revision bigint NOT NULL,
    path text DEFAULT ''::text NOT NULL
);
CREATE SEQUENCE public.interviews_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.interviews_id_seq OWNED BY public.interviews.id;
CREATE TABLE public.long_queries (
    key text NOT NULL,
    query text NOT NULL,
    asked_at timestamp with time zone NOT NULL
);
CREATE TABLE public.places (
    user_id bigint NOT NULL,
    interview_id bigint NOT NULL,
    section integer NOT NULL,
    part integer NOT NULL,
    read_at timestamp with time zone NOT NULL
);
CREATE TABLE public.saved (
    user_id bigint NOT NULL,
    interview_id bigint NOT NULL,
    section integer NOT NULL,
    saved_at timestamp with time zone NOT NULL
);
CREATE TABLE public.subscriptions (
    id bigint NOT NULL,
    guild_id bigint NOT NULL,
    channel_id bigint NOT NULL,
    role_id bigint,
    created_by bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    reason text,
    parked_at timestamp with time zone,
    probes integer DEFAULT 0 NOT NULL,
    next_probe_at timestamp with time zone,
    notified_at timestamp with time zone,
    notified_cause text,
    notice_due_at timestamp with time zone,
    notice_tried_at timestamp with time zone,
    frequency text DEFAULT 'each'::text NOT NULL,
    weekday integer DEFAULT 0 NOT NULL,
    hour integer DEFAULT 18 NOT NULL,
    quiet_from integer,
    quiet_until integer,
    crosspost boolean DEFAULT false NOT NULL,
    discussion boolean DEFAULT false NOT NULL,
    role_lost boolean DEFAULT false NOT NULL,
    mode text DEFAULT 'post'::text NOT NULL,
    webhook_id bigint,
    kind text DEFAULT 'text'::text NOT NULL,
    tag_id bigint,
    more_role_ids json DEFAULT '[]'::json NOT NULL,
    form text DEFAULT 'full'::text NOT NULL,
    colour integer,
    spoiler boolean DEFAULT false NOT NULL,
    silent boolean DEFAULT false NOT NULL,
    filter text DEFAULT ''::text NOT NULL,
    text_above text DEFAULT ''::text NOT NULL
);
CREATE SEQUENCE public.subscriptions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.subscriptions_id_seq OWNED BY public.subscriptions.id;
CREATE TABLE public.turns (
    interview_id bigint NOT NULL,
    number integer NOT NULL,
    question text NOT NULL,
    answers json NOT NULL,
    images json NOT NULL
);
ALTER TABLE ONLY public.archive_posts ALTER COLUMN id SET DEFAULT nextval('public.archive_posts_id_seq'::regclass);
ALTER TABLE ONLY public.deliveries ALTER COLUMN id SET DEFAULT nextval('public.deliveries_id_seq'::regclass);
ALTER TABLE ONLY public.drafts ALTER COLUMN id SET DEFAULT nextval('public.drafts_id_seq'::regclass);
ALTER TABLE ONLY public.history ALTER COLUMN id SET DEFAULT nextval('public.history_id_seq'::regclass);
ALTER TABLE ONLY public.interviews ALTER COLUMN id SET DEFAULT nextval('public.interviews_id_seq'::regclass);
ALTER TABLE ONLY public.subscriptions ALTER COLUMN id SET DEFAULT nextval('public.subscriptions_id_seq'::regclass);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.archive_posts
    ADD CONSTRAINT archive_posts_feed_key_key UNIQUE (feed, key);
ALTER TABLE ONLY public.archive_posts
    ADD CONSTRAINT archive_posts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.archive_responses
    ADD CONSTRAINT archive_responses_pkey PRIMARY KEY (feed, address);
ALTER TABLE ONLY public.archives
    ADD CONSTRAINT archives_pkey PRIMARY KEY (url);
ALTER TABLE ONLY public.database
    ADD CONSTRAINT database_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_interview_id_subscription_id_key UNIQUE (interview_id, subscription_id);
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.drafts
    ADD CONSTRAINT drafts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.extras
    ADD CONSTRAINT extras_pkey PRIMARY KEY (delivery_id, what);
ALTER TABLE ONLY public.feeds
    ADD CONSTRAINT feeds_pkey PRIMARY KEY (url);
ALTER TABLE ONLY public.follow_spellings
    ADD CONSTRAINT follow_spellings_pkey PRIMARY KEY (user_id, artist_id, spelling_id);
ALTER TABLE ONLY public.follows
    ADD CONSTRAINT follows_pkey PRIMARY KEY (user_id, artist_id);
ALTER TABLE ONLY public.guilds
    ADD CONSTRAINT guilds_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.history
    ADD CONSTRAINT history_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.interviews
    ADD CONSTRAINT interviews_guid_key UNIQUE (guid);
ALTER TABLE ONLY public.interviews
    ADD CONSTRAINT interviews_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.long_queries
    ADD CONSTRAINT long_queries_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.places
    ADD CONSTRAINT places_pkey PRIMARY KEY (user_id, interview_id);
ALTER TABLE ONLY public.saved
    ADD CONSTRAINT saved_pkey PRIMARY KEY (user_id, interview_id, section);
ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.turns
    ADD CONSTRAINT turns_pkey PRIMARY KEY (interview_id, number);
CREATE INDEX archive_posts_waiting ON public.archive_posts USING btree (feed, id) WHERE (state = 'waiting'::text);
CREATE INDEX deliveries_batch ON public.deliveries USING btree (batch) WHERE (batch IS NOT NULL);
CREATE INDEX deliveries_due ON public.deliveries USING btree (next_attempt_at) WHERE ((state = ANY (ARRAY['pending'::text, 'leased'::text])) AND (round < 1000000));
CREATE INDEX deliveries_due_direct ON public.deliveries USING btree (next_attempt_at) WHERE ((state = ANY (ARRAY['pending'::text, 'leased'::text])) AND (round >= 1000000));
CREATE INDEX deliveries_edits ON public.deliveries USING btree (edit_due_at) WHERE (edit_due_at IS NOT NULL);
CREATE INDEX deliveries_subscription ON public.deliveries USING btree (subscription_id, state, changed_at);
CREATE INDEX drafts_changed ON public.drafts USING btree (changed_at);
CREATE INDEX drafts_user ON public.drafts USING btree (user_id);
CREATE INDEX extras_due ON public.extras USING btree (next_attempt_at) WHERE (state = 'pending'::text);
CREATE INDEX follow_spellings_spelling ON public.follow_spellings USING btree (spelling_id, user_id);
CREATE INDEX history_guild ON public.history USING btree (guild_id, id);
CREATE INDEX history_user ON public.history USING btree (user_id) WHERE (user_id IS NOT NULL);
CREATE INDEX interviews_listed ON public.interviews USING btree (listed_at, id) WHERE (withdrawn_at IS NULL);
CREATE INDEX interviews_path ON public.interviews USING btree (path);
CREATE UNIQUE INDEX interviews_revision ON public.interviews USING btree (revision);
CREATE INDEX interviews_url ON public.interviews USING btree (url);
CREATE INDEX long_queries_newest ON public.long_queries USING btree (asked_at);
CREATE INDEX places_newest ON public.places USING btree (user_id, read_at);
CREATE INDEX saved_newest ON public.saved USING btree (user_id, saved_at);
CREATE INDEX subscriptions_channel ON public.subscriptions USING btree (channel_id);
CREATE INDEX subscriptions_guild ON public.subscriptions USING btree (guild_id);
CREATE INDEX subscriptions_notice ON public.subscriptions USING btree (notice_due_at) WHERE (notice_due_at IS NOT NULL);
CREATE INDEX subscriptions_probe ON public.subscriptions USING btree (next_probe_at) WHERE (next_probe_at IS NOT NULL);
CREATE INDEX subscriptions_timed ON public.subscriptions USING btree (id) WHERE ((frequency <> 'each'::text) OR (quiet_from IS NOT NULL));
ALTER TABLE ONLY public.archive_posts
    ADD CONSTRAINT archive_posts_interview_id_fkey FOREIGN KEY (interview_id) REFERENCES public.interviews(id);
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_interview_id_fkey FOREIGN KEY (interview_id) REFERENCES public.interviews(id);
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES public.subscriptions(id);
ALTER TABLE ONLY public.extras
    ADD CONSTRAINT extras_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES public.deliveries(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.follow_spellings
    ADD CONSTRAINT follow_spellings_user_id_artist_id_fkey FOREIGN KEY (user_id, artist_id) REFERENCES public.follows(user_id, artist_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.places
    ADD CONSTRAINT places_interview_id_fkey FOREIGN KEY (interview_id) REFERENCES public.interviews(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.saved
    ADD CONSTRAINT saved_interview_id_fkey FOREIGN KEY (interview_id) REFERENCES public.interviews(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.turns
    ADD CONSTRAINT turns_interview_id_fkey FOREIGN KEY (interview_id) REFERENCES public.interviews(id) ON DELETE CASCADE;
