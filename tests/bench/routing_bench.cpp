// A broker with subscriptions by the thousand to the million -> the time of a message through it, and the bytes of a
// subscription.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdint>
#include <string>
#include <vector>

#include "mqtt/codec/encode.h"
#include "mqtt/mqtt.h"

namespace mqtt {
namespace {

constexpr auto kVersion = ProtocolVersion::V3_1_1;
constexpr Instant kNow{};
constexpr std::uint32_t kFiltersPerSession = 1000;

std::string topic_of(std::uint32_t number) {
  return "site" + std::to_string(number % 50) + "/line" + std::to_string(number / 50 % 40) + "/device" +
         std::to_string(number) + "/state";
}

std::size_t allocated_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::size_t drain(Broker& broker) {
  std::size_t bytes = 0;
  while (const auto ready = broker.take_ready()) {
    Bytes parts[16];
    while (const std::size_t count = broker.output(*ready).gather(parts)) {
      std::size_t taken = 0;
      for (std::size_t i = 0; i < count; ++i)
        taken += parts[i].size();
      broker.consume_output(*ready, taken);
      bytes += taken;
    }
  }
  return bytes;
}

ConnectionId connect(Broker& broker, const std::string& client_identifier) {
  const ConnectionId id = broker.open(kNow);
  Connect connect;
  connect.version = kVersion;
  connect.client_identifier = client_identifier;
  ByteBuffer bytes;
  encode(connect, bytes);
  broker.receive(id, bytes.view(), kNow);
  drain(broker);
  return id;
}

// Sessions of a thousand filters each, `prefix` before every one of them.
void subscribe(Broker& broker, std::uint32_t count, const std::string& prefix) {
  for (std::uint32_t first = 0; first < count; first += kFiltersPerSession) {
    const ConnectionId id = connect(broker, "subscriber" + std::to_string(first));
    std::vector<std::string> filters;
    for (std::uint32_t i = first; i < first + kFiltersPerSession && i < count; ++i)
      filters.push_back(prefix + topic_of(i));
    Subscribe subscribe{.packet_identifier = 1, .entries = {}, .properties = {}};
    for (const std::string& filter : filters)
      subscribe.entries.push_back({filter, {.maximum_qos = QoS::AtMostOnce}});
    ByteBuffer bytes;
    encode(subscribe, kVersion, bytes);
    broker.receive(id, bytes.view(), kNow);
    drain(broker);
  }
}

// Each message goes to one subscriber, in no order that a cache could follow.
void route_among(benchmark::State& state, const std::string& prefix) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  Broker broker{BrokerOptions{}};
  const ConnectionId publisher = connect(broker, "publisher");
  const std::size_t before = allocated_bytes();
  subscribe(broker, count, prefix);
  const std::size_t after = allocated_bytes();
  std::vector<ByteBuffer> messages(4096);
  const std::vector<std::uint8_t> payload(32, 'x');
  for (std::uint32_t i = 0; i < messages.size(); ++i) {
    const std::string topic = topic_of(static_cast<std::uint32_t>(i * 2'654'435'761ULL % count));
    Publish publish;
    publish.topic = topic;
    publish.payload = payload;
    encode(publish, kVersion, messages[i]);
  }
  std::size_t at = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    broker.receive(publisher, messages[at++ % messages.size()].view(), kNow);
    bytes += drain(broker);
  }
  if (bytes == 0) state.SkipWithError("nothing was delivered");
  state.counters["bytes_per_subscription"] = static_cast<double>(after - before) / count;
}

void route_a_message_to_one_of_many(benchmark::State& state) {
  route_among(state, "");
}
BENCHMARK(route_a_message_to_one_of_many)->RangeMultiplier(10)->Range(1'000, 1'000'000);

void route_a_message_to_one_of_many_shared(benchmark::State& state) {
  route_among(state, "$share/group/");
}
BENCHMARK(route_a_message_to_one_of_many_shared)->RangeMultiplier(10)->Range(1'000, 1'000'000);

}  // namespace
}  // namespace mqtt
