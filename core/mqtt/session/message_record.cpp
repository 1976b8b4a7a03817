// A message as the bytes behind others in a record: expiry, then PUBLISH.
#include "mqtt/session/message_record.h"

#include <algorithm>

#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"

namespace mqtt {

namespace {

constexpr std::int64_t kNeverUnix = INT64_MAX;
constexpr std::int64_t kLatestUnix = INT64_MAX / 4;  // so that a clock may be added and subtracted
constexpr PacketIdentifier kAnyIdentifier = 1;       // a PUBLISH of QoS 1 or 2 has one

}  // namespace

std::int64_t JournalClock::to_unix(Instant at) const {
  return at == kNever ? kNeverUnix : at.time_since_epoch().count() + unix_time_at_zero;
}

Instant JournalClock::from_unix(std::int64_t time) const {
  if (time == kNeverUnix) return kNever;
  return Instant(Duration(std::clamp(time, std::int64_t{0}, kLatestUnix) - unix_time_at_zero));
}

void write_message(const Message& message, const JournalClock& clock, ByteBuffer& out) {
  Publish publish;
  message.to_publish(publish, Instant{});
  publish.properties.message_expiry_interval.reset();
  if (publish.qos != QoS::AtMostOnce) publish.packet_identifier = kAnyIdentifier;
  out.u64(static_cast<std::uint64_t>(clock.to_unix(message.expires_at())));
  encode(publish, ProtocolVersion::V5_0, out);
}

Result<Message> read_message(ByteReader& reader, const JournalClock& clock) {
  const auto expires_at = reader.u64();
  if (!expires_at) return damaged_record();
  FrameReader frames;
  frames.feed(reader.rest());
  const auto frame = frames.next();
  Publish publish;
  if (!frame || !*frame || (*frame)->type != PacketType::Publish) return damaged_record();
  if (!decode_publish(**frame, ProtocolVersion::V5_0, publish) || publish.topic.empty()) return damaged_record();
  return Message::keep_until(clock.from_unix(static_cast<std::int64_t>(*expires_at)), publish);
}

Error damaged_record() {
  return {Fault::CallerMisuse, ReasonCode::ImplementationSpecificError, "a record of the journal is damaged"};
}

}  // namespace mqtt
