// The broker's statistics -> retained messages under $SYS/broker, named as mosquitto names them.
#include "mqtt/broker/system_topics.h"

#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "mqtt/broker/broker_state.h"

namespace mqtt {

namespace {

constexpr std::array<unsigned, 3> kLoadMinutes = {1, 5, 15};

// std::to_string() and printf() would bring a page more bytes than all of this file.
std::string decimal(std::uint64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return std::string(digits.data(), end);
}

std::string two_decimals(double value) {
  const auto hundredths = static_cast<std::uint64_t>(value * 100 + 0.5);
  std::string text = decimal(hundredths / 100);
  text += '.';
  if (hundredths % 100 < 10) text += '0';
  return text += decimal(hundredths % 100);
}

}  // namespace

// Nobody is woken for statistics that nobody reads: the rounds begin with a connection and end with the last one.
void Broker::State::begin_statistics(Instant now) {
  if (!system_topics_) {
    system_topics_.emplace();
    system_topics_->since = now;
  }
  if (system_topics_->due_at == kNever) publish_statistics(now);
}

void Broker::State::publish_statistics(Instant now) {
  SystemTopics& topics = *system_topics_;
  const bool is_due = topics.last == Instant(Duration::min()) || now - topics.last >= options_.statistics_interval;
  const bool somebody_is_there = connections_.size() > free_connections_.size();
  topics.due_at = kNever;
  if (somebody_is_there) {
    topics.due_at = (is_due ? now : topics.last) + options_.statistics_interval;
    deadlines_.add({topics.due_at, DeadlineKind::Statistics, 0, 0});
  }
  if (!is_due) return;
  const BrokerStatistics now_is = current_statistics();  // what is published here counts next time
  const auto whole = [&](std::string_view name, std::uint64_t value) { publish_statistic(name, decimal(value), now); };
  publish_statistic("version", options_.version, now);
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(now - topics.since).count();
  publish_statistic("uptime", decimal(static_cast<std::uint64_t>(uptime)) + " seconds", now);
  whole("clients/total", now_is.sessions);
  whole("clients/connected", now_is.connections);
  whole("clients/active", now_is.connections);
  whole("clients/disconnected", now_is.sessions - now_is.connections);
  whole("clients/inactive", now_is.sessions - now_is.connections);
  whole("clients/maximum", now_is.connections_maximum);
  whole("clients/expired", now_is.sessions_expired);
  whole("messages/received", now_is.packets_received);
  whole("messages/sent", now_is.packets_sent);
  whole("messages/stored", now_is.queued_messages + now_is.retained_messages);
  whole("store/messages/count", now_is.queued_messages + now_is.retained_messages);
  whole("store/messages/bytes", now_is.queued_bytes);
  whole("publish/messages/received", now_is.publishes_received);
  whole("publish/messages/sent", now_is.publishes_sent);
  whole("publish/messages/dropped", now_is.publishes_dropped);
  whole("publish/bytes/received", now_is.payload_bytes_received);
  whole("publish/bytes/sent", now_is.payload_bytes_sent);
  whole("bytes/received", now_is.bytes_received);
  whole("bytes/sent", now_is.bytes_sent);
  whole("subscriptions/count", now_is.subscriptions);
  whole("shared_subscriptions/count", now_is.shared_subscriptions);
  whole("retained messages/count", now_is.retained_messages);
  publish_load("load/messages/received", topics.packets_received, now_is.packets_received, now);
  publish_load("load/messages/sent", topics.packets_sent, now_is.packets_sent, now);
  publish_load("load/publish/received", topics.publishes_received, now_is.publishes_received, now);
  publish_load("load/publish/sent", topics.publishes_sent, now_is.publishes_sent, now);
  publish_load("load/publish/dropped", topics.publishes_dropped, now_is.publishes_dropped, now);
  publish_load("load/bytes/received", topics.bytes_received, now_is.bytes_received, now);
  publish_load("load/bytes/sent", topics.bytes_sent, now_is.bytes_sent, now);
  publish_load("load/connections", topics.connections, now_is.connections_accepted, now);
  topics.last = now;
}

// Only what has changed is told again.
void Broker::State::publish_statistic(std::string_view name, std::string value, Instant now) {
  std::string topic("$SYS/broker/");
  topic += name;
  const Message* told = retained_.find(topic);
  if (told != nullptr && as_text(told->payload()) == value) return;
  Publish publish{.topic = topic, .payload = as_bytes(value), .retain = true, .properties = {}};
  router_.accept(publish, nullptr, now);
}

// An average that forgets exponentially, as a machine's load does. The first round has no rate yet.
void Broker::State::publish_load(std::string_view name, Load& load, std::uint64_t total, Instant now) {
  const Instant last = system_topics_->last;
  const double minutes =
      last == Instant(Duration::min()) ? 0 : std::chrono::duration<double, std::ratio<60>>(now - last).count();
  const double rate = minutes > 0 ? static_cast<double>(total - load.total) / minutes : 0;
  load.total = total;
  for (std::size_t i = 0; i < kLoadMinutes.size(); ++i) {
    load.per_minute[i] = rate + std::exp(-minutes / kLoadMinutes[i]) * (load.per_minute[i] - rate);
    std::string load_name(name);
    load_name.append("/").append(decimal(kLoadMinutes[i])).append("min");
    publish_statistic(load_name, two_decimals(load.per_minute[i]), now);
  }
}

}  // namespace mqtt
