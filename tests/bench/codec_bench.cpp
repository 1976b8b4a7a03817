// The codec alone: small messages as a reader gets them from a socket, encoding, and the costlier parts one by one.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "mqtt/base/utf8.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"

namespace {

using namespace mqtt;

constexpr std::size_t kChunk = 16 * 1024;
constexpr std::string_view kTopic = "sensors/17/temperature";

ProtocolVersion version_of(const benchmark::State& state) {
  return static_cast<ProtocolVersion>(state.range(0));
}

Publish small_message(Bytes payload) {
  Publish message;
  message.topic = kTopic;
  message.payload = payload;
  return message;
}

void decode_chunk(FrameReader& reader, Bytes chunk, ProtocolVersion version, Publish& message, std::size_t& bytes) {
  reader.feed(chunk);
  while (true) {
    const auto frame = reader.next();
    if (!frame) std::abort();
    if (!*frame) break;
    if (!decode_publish(**frame, version, message)) std::abort();
    bytes += message.payload.size() + message.topic.size();
  }
  reader.keep_rest();
}

// A stream of QoS 0 messages with 32 bytes of payload, fed in chunks that end where they end. Arguments: version,
// properties or none.
void decode_publish_stream(benchmark::State& state) {
  const std::vector<std::uint8_t> payload(32, 0x5A);
  Publish message = small_message(payload);
  if (state.range(1) != 0) {
    message.properties.message_expiry_interval = 60;
    message.properties.content_type = "application/json";
    message.properties.user_properties = {{"source", "line 4"}};
  }
  ByteBuffer stream;
  constexpr std::size_t kMessages = 4096;
  for (std::size_t i = 0; i < kMessages; ++i)
    encode(message, version_of(state), stream);

  FrameReader reader;
  Publish decoded;
  std::size_t bytes = 0;
  for (auto _ : state) {
    for (std::size_t at = 0; at < stream.size(); at += kChunk) {
      decode_chunk(reader, stream.view().subspan(at, std::min(kChunk, stream.size() - at)), version_of(state), decoded,
                   bytes);
    }
  }
  benchmark::DoNotOptimize(bytes);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kMessages));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(stream.size()));
}
BENCHMARK(decode_publish_stream)->ArgNames({"version", "properties"})->Args({4, 0})->Args({5, 0})->Args({5, 1});

// One packet of 16 MiB that arrives in chunks of 64 KiB: what joining them costs.
void join_large_packet(benchmark::State& state) {
  const std::vector<std::uint8_t> payload(16 << 20, 0x5A);
  ByteBuffer stream;
  encode(small_message(payload), ProtocolVersion::V5_0, stream);
  constexpr std::size_t kLargeChunk = 64 * 1024;
  Publish decoded;
  std::size_t bytes = 0;
  for (auto _ : state) {
    FrameReader reader;
    for (std::size_t at = 0; at < stream.size(); at += kLargeChunk) {
      decode_chunk(reader, stream.view().subspan(at, std::min(kLargeChunk, stream.size() - at)), ProtocolVersion::V5_0,
                   decoded, bytes);
    }
  }
  benchmark::DoNotOptimize(bytes);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(stream.size()));
}
BENCHMARK(join_large_packet)->Unit(benchmark::kMillisecond);

void encode_publish(benchmark::State& state) {
  const std::vector<std::uint8_t> payload(32, 0x5A);
  Publish message = small_message(payload);
  message.qos = static_cast<QoS>(state.range(1));
  message.packet_identifier = 7;
  ByteBuffer out;
  for (auto _ : state) {
    if (out.size() > kChunk) out.clear();
    encode(message, version_of(state), out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode_publish)->ArgNames({"version", "qos"})->Args({4, 0})->Args({4, 1})->Args({5, 0})->Args({5, 1});

void decode_property_block(benchmark::State& state) {
  Properties properties;
  properties.payload_format_indicator = 1;
  properties.message_expiry_interval = 60;
  properties.content_type = "application/json";
  properties.response_topic = "answers/17";
  properties.correlation_data = as_bytes("0123456789abcdef");
  properties.topic_alias = 5;
  properties.user_properties = {{"source", "line 4"}, {"unit", "degree Celsius"}};
  ByteBuffer block;
  encode_properties(properties, block);
  Properties decoded;
  for (auto _ : state) {
    if (!decode_properties(block.view(), PropertyOwner::Publish, decoded)) std::abort();
    benchmark::DoNotOptimize(decoded);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode_property_block);

void decode_puback(benchmark::State& state) {
  const std::uint8_t body[] = {0x12, 0x34};
  const Frame frame{.type = PacketType::Puback, .body = body};
  PublishResponse decoded;
  for (auto _ : state) {
    if (!decode_publish_response(frame, version_of(state), decoded)) std::abort();
    benchmark::DoNotOptimize(decoded);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode_puback)->ArgName("version")->Arg(4)->Arg(5);

void check_topic_text(benchmark::State& state) {
  const std::string topic(static_cast<std::size_t>(state.range(0)), 'a');
  for (auto _ : state) {
    std::string_view text = topic;
    benchmark::DoNotOptimize(text);
    benchmark::DoNotOptimize(is_valid_utf8_without_wildcards(text));
  }
}
BENCHMARK(check_topic_text)->ArgName("bytes")->Arg(7)->Arg(15)->Arg(22)->Arg(64);

}  // namespace
