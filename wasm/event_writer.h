// What happened during a step -> event records and the bytes that they refer to.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "mqtt/base/bytes.h"
#include "mqtt/base/error.h"
#include "mqtt/codec/properties.h"
#include "mqtt/connection/output_queue.h"
#include "mqtt/connection/transport_frames.h"
#include "mqtt/packet/packet.h"
#include "records.h"
#include "topic_table.h"

namespace wasmqtt {

// One for all machines of a module; cleared at a step's begin and read by JavaScript after its end.
class EventWriter {
 public:
  void clear();
  StepResults results() const;

  // Bytes of the running Receive command: a payload that lies in them is named by its place there. Empty: no such
  // command runs.
  void set_frame(std::uint32_t number, mqtt::Bytes bytes);
  void end_frame() { frame_ = {}; }

  void event(EventKind kind, std::uint32_t subject) { write(kind, subject, {}); }
  // Message, PacketContent or BrokerMessage.
  void message(EventKind kind, std::uint32_t subject, const mqtt::Publish& publish);
  // Any ErrorEvent.
  void error(EventKind kind, std::uint32_t subject, std::uint32_t token, const mqtt::Error& error);
  // `version`: in whose form it is.
  void connack(std::uint32_t client, const mqtt::Connack& connack, mqtt::ProtocolVersion version);
  void published(std::uint32_t client, std::uint32_t token, mqtt::PacketIdentifier identifier, mqtt::ReasonCode reason,
                 const mqtt::Properties& properties);
  // Subscribed or Unsubscribed.
  void subscribed(EventKind kind, std::uint32_t client, std::uint32_t token, mqtt::PacketIdentifier identifier,
                  std::span<const mqtt::ReasonCode> reasons, const mqtt::Properties& properties);
  // Disconnect or Auth.
  void reason(EventKind kind, std::uint32_t client, mqtt::ReasonCode reason, const mqtt::Properties& properties);
  // PacketReceived or PacketSent.
  void packet(EventKind kind, std::uint32_t client, mqtt::PacketType type, mqtt::PacketIdentifier identifier,
              std::size_t bytes);
  // Output or ConnectionOutput: all that waits in `queue`, which are whole packets, as frames. The queue must not
  // change until JavaScript has read it.
  void output(EventKind kind, std::uint32_t subject, const mqtt::OutputQueue& queue,
              const mqtt::TransportFrameLimits& limits);

  struct Text {
    std::uint32_t offset, length;
  };
  // Copies a text, or bytes, to the data.
  Text text(std::string_view text) { return bytes(mqtt::as_bytes(text)); }
  Text bytes(mqtt::Bytes bytes);
  // Connecting, of the broker.
  void connecting(std::uint32_t connection, const mqtt::Connect& connect);
  // For the broker's other events.
  void write(EventKind kind, std::uint32_t subject, const std::array<std::uint32_t, kEventWords - 2>& fields);

 private:
  std::uint32_t topic(std::string_view topic);
  std::uint32_t place_payload(mqtt::Bytes payload, std::uint32_t& flags);
  Text publish_properties(const mqtt::Properties& properties);
  Text properties(const mqtt::Properties& from) { return properties(mqtt::PropertyCursor(from)); }
  Text properties(mqtt::PropertyCursor cursor);
  void property(const mqtt::Property& property);
  void word(std::uint32_t value);
  void padded(mqtt::Bytes bytes);

  mqtt::ByteBuffer events_;
  mqtt::ByteBuffer data_;
  mqtt::ByteBuffer payloads_;
  TopicTable topics_;
  mqtt::Bytes frame_;
  std::uint32_t frame_number_ = 0;
  bool frame_is_named_ = false;
};

}  // namespace wasmqtt
