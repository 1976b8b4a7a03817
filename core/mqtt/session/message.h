// A message that somebody has to keep: queued, in flight or retained. One block of memory with any number of owners.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "mqtt/base/bytes.h"
#include "mqtt/base/shared_bytes.h"
#include "mqtt/base/time.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

// A handle; copying it shares the message. The count is not atomic: it belongs to one machine.
class Message {
 public:
  Message() = default;
  // Copies what it needs of `publish`. Its topic alias and subscription identifiers belong to one connection and are
  // left out. The Message Expiry Interval begins to run at `now`. A payload that is shared already is not copied again;
  // pass an empty handle otherwise.
  static Message keep(const Publish& publish, Instant now, SharedBytes shared_payload = {});
  // The same of a message that expires at a time known before, its own Message Expiry Interval aside.
  static Message keep_until(Instant expires_at, const Publish& publish, SharedBytes shared_payload = {});

  Message(const Message& other) : block_(other.block_) {
    if (block_ != nullptr) ++block_->owners;
  }
  Message(Message&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Message& operator=(Message other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Message() {
    if (block_ != nullptr && --block_->owners == 0) destroy();
  }

  explicit operator bool() const { return block_ != nullptr; }

  // Precondition of all that follow: a message is there.
  std::string_view topic() const { return {bytes(), block_->topic_length}; }
  Bytes payload() const;
  // The payload when it is shared (kSharedPayloadThreshold), else an empty handle.
  const SharedBytes& shared_payload() const { return block_->shared_payload; }
  QoS qos() const { return block_->qos; }
  bool retain() const { return block_->retain; }
  Instant expires_at() const { return block_->expires_at; }  // kNever: at no time
  bool expired(Instant now) const { return now >= block_->expires_at; }
  // What the message occupies, itself included.
  std::size_t memory_bytes() const;

  // What a broker's journal knows the message by, and how many of its records name it.
  struct Record {
    std::uint64_t number = 0;
    std::uint32_t owners = 0;
  };
  Record& record() const { return block_->record; }

  // Sets every field of `out` but the packet identifier and dup, as views of this message; the Message Expiry Interval
  // is what is left of it. [MQTT-3.3.2-6]
  void to_publish(Publish& out, Instant now) const;

 private:
  struct Block {
    std::uint32_t owners = 1;
    std::uint32_t payload_length = 0;  // of the payload behind the properties; 0 when it is shared
    std::uint32_t properties_length = 0;
    std::uint16_t topic_length = 0;
    QoS qos = QoS::AtMostOnce;
    bool retain = false;
    Instant expires_at = kNever;
    Record record;
    SharedBytes shared_payload;
    // topic, property block, payload follow
  };
  const char* bytes() const { return reinterpret_cast<const char*>(block_ + 1); }
  void destroy();

  Block* block_ = nullptr;
};

}  // namespace mqtt
