// A block of command records -> one command after the other, its fields, texts and properties as views of the block.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "mqtt/base/bytes.h"
#include "mqtt/packet/packet.h"
#include "records.h"

namespace wasmqtt {

// The block is written by the same package's JavaScript, so what it says about lengths holds; it lives as long as the
// views are used.
class CommandReader {
 public:
  explicit CommandReader(mqtt::Bytes block)
      : at_(block.data()), next_(block.data()), end_(block.data() + block.size()) {}

  // Moves to the next command; false at the end.
  bool next() {
    if (next_ == end_) return false;
    at_ = next_;
    std::memcpy(&command_, at_, sizeof command_);
    next_ += command_.length;
    return true;
  }

  CommandKind kind() const { return static_cast<CommandKind>(command_.kind); }
  std::uint32_t subject() const { return command_.subject; }

  // The fixed part of the command, or of an entry in it; bytes() and the like go on behind it.
  template <typename Record>
  Record record() {
    static_assert(std::is_trivially_copyable_v<Record> && sizeof(Record) % sizeof(std::uint32_t) == 0);
    Record record;
    std::memcpy(&record, at_, sizeof record);
    at_ += sizeof record;
    return record;
  }

  mqtt::Bytes bytes(std::uint32_t length) {
    const mqtt::Bytes view(at_, length);
    at_ += (length + 3) & ~3U;
    return view;
  }
  std::string_view text(std::uint32_t length) { return mqtt::as_text(bytes(length)); }

  // `into` is empty before.
  void properties(std::uint32_t length, mqtt::Properties& into);

 private:
  std::uint32_t word() { return record<std::uint32_t>(); }
  void property(mqtt::PropertyId id, mqtt::Properties& into);

  const std::uint8_t* at_;
  const std::uint8_t* next_;
  const std::uint8_t* end_;
  Command command_{};
};

// The properties of a run that is no part of a command, as views of it.
void read_properties(mqtt::Bytes run, mqtt::Properties& into);

}  // namespace wasmqtt
