// Numbers as text, and averages of them, told when they change.
#include "mqtt/broker/system_topics.h"

#include <charconv>
#include <string>
#include <utility>

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

// e to the power of -x, to six digits where x is below 1: the C library's own brings a table of 2 kB.
double decay(double x) {
  double power = 1.0 + x / (1 << 20);
  for (int doubling = 0; doubling < 20; ++doubling)
    power *= power;
  return 1.0 / power;
}

}  // namespace

void SystemTopics::begin(const BrokerStatistics& statistics, Instant now) {
  if (options_.statistics_interval <= Duration::zero()) return;
  if (!since_) since_ = now;
  if (due_at_ == kNever) publish(statistics, true, now);
}

void SystemTopics::publish(const BrokerStatistics& statistics, bool goes_on, Instant now) {
  const bool is_due = !last_ || now - *last_ >= options_.statistics_interval;
  due_at_ = kNever;
  if (goes_on) {
    due_at_ = (is_due ? now : *last_) + options_.statistics_interval;
    deadlines_.add({due_at_, DeadlineKind::Statistics, 0, 0});
  }
  if (!is_due) return;
  const BrokerStatistics now_is = statistics;  // what is published here counts next time
  const auto whole = [&](std::string_view name, std::uint64_t value) { publish(name, decimal(value), now); };
  publish("version", options_.version, now);
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(now - *since_).count();
  publish("uptime", decimal(static_cast<std::uint64_t>(uptime)) + " seconds", now);
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
  publish("load/messages/received", packets_received_, now_is.packets_received, now);
  publish("load/messages/sent", packets_sent_, now_is.packets_sent, now);
  publish("load/publish/received", publishes_received_, now_is.publishes_received, now);
  publish("load/publish/sent", publishes_sent_, now_is.publishes_sent, now);
  publish("load/publish/dropped", publishes_dropped_, now_is.publishes_dropped, now);
  publish("load/bytes/received", bytes_received_, now_is.bytes_received, now);
  publish("load/bytes/sent", bytes_sent_, now_is.bytes_sent, now);
  publish("load/connections", connections_, now_is.connections_accepted, now);
  last_ = now;
}

// Only what has changed is told again.
void SystemTopics::publish(std::string_view name, std::string value, Instant now) {
  std::string topic("$SYS/broker/");
  topic += name;
  const Message* told = retained_.find(topic);
  if (told != nullptr && as_text(told->payload()) == value) return;
  Publish publish{.topic = topic, .payload = as_bytes(value), .retain = true, .properties = {}};
  router_.accept(publish, nullptr, now);
}

// An average that forgets exponentially, as a machine's load does. The first round has no rate yet.
void SystemTopics::publish(std::string_view name, Load& load, std::uint64_t total, Instant now) {
  const double minutes = last_ ? std::chrono::duration<double, std::ratio<60>>(now - *last_).count() : 0;
  const double rate = minutes > 0 ? static_cast<double>(total - load.total) / minutes : 0;
  load.total = total;
  for (std::size_t i = 0; i < kLoadMinutes.size(); ++i) {
    load.per_minute[i] = rate + decay(minutes / kLoadMinutes[i]) * (load.per_minute[i] - rate);
    std::string load_name(name);
    load_name.append("/").append(decimal(kLoadMinutes[i])).append("min");
    publish(load_name, two_decimals(load.per_minute[i]), now);
  }
}

}  // namespace mqtt
