-- Clicks in ClickHouse, from Kafka. Needs ClickHouse 24.10 or later. Run it once:
--   clickhouse-client --multiquery < clicks.sql

CREATE DATABASE IF NOT EXISTS fingerpost;

-- What an edge sends, column by column (edge/internal/events, which tests that
-- the two agree). Change the broker here.
CREATE TABLE IF NOT EXISTS fingerpost.clicks_queue
(
    id           String,
    edge         String,
    epoch        UInt64,
    sequence     UInt64,
    `index`      UInt32,
    domain       String,
    code         String,
    at           String,
    bot          String,
    browser      String,
    os           String,
    device       String,
    country      String,
    referrer     String,
    language     String,
    utm_source   String,
    utm_medium   String,
    utm_campaign String,
    network      String
)
ENGINE = Kafka
SETTINGS
    kafka_broker_list = 'localhost:9092',
    kafka_topic_list = 'fingerpost.clicks',
    kafka_group_name = 'clickhouse',
    kafka_format = 'JSONEachRow',
    kafka_handle_error_mode = 'stream';

-- Every click once. An event that comes again has the same domain, code, time and
-- id, so it replaces itself when parts are merged; until then FINAL leaves it out.
CREATE TABLE IF NOT EXISTS fingerpost.clicks
(
    id           String,
    edge         LowCardinality(String),
    epoch        UInt64,
    sequence     UInt64,
    `index`      UInt32,
    domain       LowCardinality(String),
    code         String,
    at           DateTime64(3, 'UTC'),
    bot          LowCardinality(String),
    browser      LowCardinality(String),
    os           LowCardinality(String),
    device       LowCardinality(String),
    country      LowCardinality(String),
    referrer     String,
    language     LowCardinality(String),
    utm_source   String,
    utm_medium   String,
    utm_campaign String,
    network      String,
    arrived_at   DateTime('UTC')
)
ENGINE = ReplacingMergeTree(arrived_at)
PARTITION BY toYYYYMM(at)
ORDER BY (domain, code, at, id);

CREATE MATERIALIZED VIEW IF NOT EXISTS fingerpost.clicks_from_queue TO fingerpost.clicks AS
SELECT
    id, edge, epoch, sequence, `index`, domain, code,
    parseDateTime64BestEffortOrZero(queue.at, 3, 'UTC') AS at,
    bot, browser, os, device, country, referrer, language, utm_source, utm_medium, utm_campaign, network,
    now('UTC') AS arrived_at
FROM fingerpost.clicks_queue AS queue
WHERE _error = '';

-- Messages that are no clicks.
CREATE TABLE IF NOT EXISTS fingerpost.clicks_refused
(
    arrived_at      DateTime('UTC'),
    kafka_partition UInt64,
    kafka_offset    UInt64,
    message         String,
    error           String
)
ENGINE = MergeTree
ORDER BY arrived_at
TTL arrived_at + INTERVAL 30 DAY;

CREATE MATERIALIZED VIEW IF NOT EXISTS fingerpost.clicks_refused_from_queue TO fingerpost.clicks_refused AS
SELECT now('UTC') AS arrived_at, _partition AS kafka_partition, _offset AS kafka_offset, _raw_message AS message, _error AS error
FROM fingerpost.clicks_queue
WHERE _error != '';

-- Clicks by hour. A view that adds up what arrives would count an event twice that
-- comes twice. This one counts the hours again, FINAL, in which anything arrived
-- lately, and what it writes replaces what it wrote before. A click may be 35 days
-- late: so only the newest parts are read.
CREATE TABLE IF NOT EXISTS fingerpost.clicks_by_hour
(
    domain      LowCardinality(String),
    code        String,
    hour        DateTime('UTC'),
    bot         LowCardinality(String),
    country     LowCardinality(String),
    device      LowCardinality(String),
    clicks      UInt64,
    computed_at DateTime('UTC')
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYYYYMM(hour)
ORDER BY (domain, code, hour, bot, country, device);

CREATE MATERIALIZED VIEW IF NOT EXISTS fingerpost.clicks_by_hour_refresh
REFRESH EVERY 5 MINUTE APPEND TO fingerpost.clicks_by_hour AS
SELECT
    domain, code, toStartOfHour(at) AS hour, bot, country, device,
    count() AS clicks,
    now('UTC') AS computed_at
FROM fingerpost.clicks FINAL
WHERE at >= now('UTC') - INTERVAL 35 DAY AND toStartOfHour(at) IN
(
    SELECT DISTINCT toStartOfHour(at)
    FROM fingerpost.clicks
    WHERE at >= now('UTC') - INTERVAL 35 DAY AND arrived_at >= now('UTC') - INTERVAL 2 HOUR
)
GROUP BY domain, code, hour, bot, country, device;

-- Clicks by day, of the hours.
CREATE TABLE IF NOT EXISTS fingerpost.clicks_by_day
(
    domain      LowCardinality(String),
    code        String,
    day         Date,
    bot         LowCardinality(String),
    country     LowCardinality(String),
    device      LowCardinality(String),
    clicks      UInt64,
    computed_at DateTime('UTC')
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYear(day)
ORDER BY (domain, code, day, bot, country, device);

CREATE MATERIALIZED VIEW IF NOT EXISTS fingerpost.clicks_by_day_refresh
REFRESH EVERY 5 MINUTE DEPENDS ON fingerpost.clicks_by_hour_refresh APPEND TO fingerpost.clicks_by_day AS
SELECT
    domain, code, toDate(hour) AS day, bot, country, device,
    sum(hours.clicks) AS clicks,
    now('UTC') AS computed_at
FROM fingerpost.clicks_by_hour AS hours FINAL
WHERE toDate(hour) IN
(
    SELECT DISTINCT toDate(hour)
    FROM fingerpost.clicks_by_hour
    WHERE computed_at >= now('UTC') - INTERVAL 2 HOUR
)
GROUP BY domain, code, day, bot, country, device;
