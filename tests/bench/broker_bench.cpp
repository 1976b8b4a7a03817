// The broker without any socket: bytes of publishers in, bytes to subscribers out and thrown away.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "mqtt/codec/encode.h"
#include "mqtt/mqtt.h"

namespace mqtt {
namespace {

constexpr std::size_t kChunk = 64 * 1024;  // bytes that a host reads at once

class BenchBroker {
 public:
  ConnectionId connect(const std::string& client_identifier, ProtocolVersion version) {
    const ConnectionId id = broker_.open(now_);
    Connect connect;
    connect.version = version;
    connect.client_identifier = client_identifier;
    feed(id, [&](ByteBuffer& out) { encode(connect, out); });
    return id;
  }
  void subscribe(ConnectionId id, std::string_view filter, QoS qos, ProtocolVersion version) {
    Subscribe subscribe{.packet_identifier = 1, .entries = {{filter, {.maximum_qos = qos}}}, .properties = {}};
    feed(id, [&](ByteBuffer& out) { encode(subscribe, version, out); });
  }
  template <typename Encode>
  void feed(ConnectionId id, Encode&& encode) {
    ByteBuffer out;
    encode(out);
    broker_.receive(id, out.view(), now_);
    drain([](ConnectionId, Bytes) {});
  }
  template <typename Visit>
  void drain(Visit&& visit) {
    while (const auto ready = broker_.take_ready()) {
      Bytes parts[16];
      while (const std::size_t count = broker_.output(*ready).gather(parts)) {
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < count; ++i) {
          bytes += parts[i].size();
          visit(*ready, parts[i]);
        }
        broker_.consume_output(*ready, bytes);
      }
    }
  }
  Broker& broker() { return broker_; }
  Instant now() const { return now_; }

 private:
  Broker broker_{BrokerOptions{}};
  Instant now_{};
};

struct Chunk {
  ByteBuffer bytes;
  std::size_t messages = 0;
};

Chunk publishes(ProtocolVersion version, QoS qos, std::size_t payload_bytes, std::size_t chunk_bytes,
                std::size_t most) {
  Chunk chunk;
  const std::vector<std::uint8_t> payload(payload_bytes, 'x');
  while (chunk.bytes.size() < chunk_bytes && chunk.messages < most) {
    Publish publish;
    publish.topic = "bench/device/1/value";
    publish.payload = payload;
    publish.qos = qos;
    ++chunk.messages;
    if (qos != QoS::AtMostOnce) publish.packet_identifier = static_cast<PacketIdentifier>(chunk.messages);
    encode(publish, version, chunk.bytes);
  }
  return chunk;
}

void FanOutAtMostOnce(benchmark::State& state) {
  const auto version = static_cast<ProtocolVersion>(state.range(1));
  BenchBroker bench;
  const ConnectionId publisher = bench.connect("publisher", version);
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const ConnectionId subscriber = bench.connect("subscriber" + std::to_string(i), version);
    bench.subscribe(subscriber, "bench/+/1/value", QoS::AtMostOnce, version);
  }
  const Chunk chunk = publishes(version, QoS::AtMostOnce, static_cast<std::size_t>(state.range(2)), kChunk, SIZE_MAX);
  for (auto _ : state) {
    bench.broker().receive(publisher, chunk.bytes.view(), bench.now());
    bench.drain([](ConnectionId, Bytes bytes) { benchmark::DoNotOptimize(bytes.data()); });
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * chunk.messages) * state.range(0));
}
BENCHMARK(FanOutAtMostOnce)
    ->ArgNames({"subscribers", "version", "payload"})
    ->Args({1, 4, 32})
    ->Args({1, 5, 32})
    ->Args({1, 4, 1024})
    ->Args({100, 4, 32})
    ->Args({1000, 4, 32});

// QoS 1 and 2 with everything acknowledged: what the subscriber gets is answered, and so are the answers to that.
void OneToOneAcknowledged(benchmark::State& state) {
  const auto qos = static_cast<QoS>(state.range(0));
  const auto version = ProtocolVersion::V3_1_1;
  BenchBroker bench;
  const ConnectionId publisher = bench.connect("publisher", version);
  const ConnectionId subscriber = bench.connect("subscriber", version);
  bench.subscribe(subscriber, "bench/#", qos, version);
  const Chunk chunk = publishes(version, qos, 32, kChunk, 100);
  ByteBuffer pubrels;
  for (std::size_t i = 1; i <= chunk.messages; ++i) {
    encode(
        PublishResponse{
            .type = PacketType::Pubrel, .packet_identifier = static_cast<PacketIdentifier>(i), .properties = {}},
        version, pubrels);
  }
  PacketIdentifier next = 0;
  for (auto _ : state) {
    bench.broker().receive(publisher, chunk.bytes.view(), bench.now());
    if (qos == QoS::ExactlyOnce) bench.broker().receive(publisher, pubrels.view(), bench.now());
    bench.drain([](ConnectionId, Bytes bytes) { benchmark::DoNotOptimize(bytes.data()); });
    // The broker gives out packet identifiers in turn, so the answers are known.
    ByteBuffer answers;
    const PacketIdentifier first = next;
    for (const PacketType type : qos == QoS::AtLeastOnce ? std::vector{PacketType::Puback}
                                                         : std::vector{PacketType::Pubrec, PacketType::Pubcomp}) {
      next = first;
      for (std::size_t i = 0; i < chunk.messages; ++i) {
        next = static_cast<PacketIdentifier>(next % 65'535 + 1);
        encode(PublishResponse{.type = type, .packet_identifier = next, .properties = {}}, version, answers);
      }
    }
    bench.broker().receive(subscriber, answers.view(), bench.now());
    bench.drain([](ConnectionId, Bytes bytes) { benchmark::DoNotOptimize(bytes.data()); });
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * chunk.messages));
}
BENCHMARK(OneToOneAcknowledged)->ArgName("qos")->Arg(1)->Arg(2);

}  // namespace
}  // namespace mqtt
