// A journal whose storage is JavaScript's: what is put and erased -> events.
#pragma once

#include <cstdint>

#include "boundary.h"
#include "mqtt/session/journal.h"

namespace wasmqtt {

class JournalWriter final : public mqtt::Journal {
 public:
  JournalWriter(std::uint32_t client, Boundary& boundary) : client_(client), boundary_(boundary) {}

  void put(mqtt::Bytes key, mqtt::Bytes value) override {
    const EventWriter::Text name = boundary_.events.bytes(key);
    const EventWriter::Text content = boundary_.events.bytes(value);
    boundary_.events.write(EventKind::JournalPut, client_, {name.offset, name.length, content.offset, content.length});
  }
  void erase(mqtt::Bytes key) override {
    const EventWriter::Text name = boundary_.events.bytes(key);
    boundary_.events.write(EventKind::JournalErase, client_, {name.offset, name.length});
  }

 private:
  const std::uint32_t client_;
  Boundary& boundary_;
};

}  // namespace wasmqtt
