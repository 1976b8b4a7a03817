// The topic aliases that a client sets: the application's own, or those that the core finds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/base/result.h"
#include "mqtt/connection/topic_alias_table.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

// Of one transport: they live as long as the connection.
class ClientAliases {
 public:
  // Another transport: nothing is known there.
  void clear() { granted(0, 0); }
  // The server takes aliases up to `maximum`; the core sets up to `automatic` itself, and then the application none.
  void granted(std::uint16_t maximum, std::uint16_t automatic) {
    maximum_ = maximum;
    topics_.clear();
    automatic_.reset(automatic);
  }

  // Before a PUBLISH is sent or kept: what does not go out at once, or may go out again, says its topic in full. An
  // Error says what is wrong with its topic or alias.
  Result<void> resolve(Publish& publish, bool goes_now, bool is_connected) const;
  // The application has given the topic this alias, which resolve() took. `is_told`: the server hears of it now.
  void remember(std::uint16_t alias, std::string_view topic, bool is_told);

  // Around the encoding of a PUBLISH: an alias instead of the topic, if that fits a packet of `maximum_packet_size`.
  void apply(Publish& publish, std::uint32_t maximum_packet_size) {
    if (automatic_.maximum() > 0) automatic_.apply(publish, maximum_packet_size);
  }
  void take_off(Publish& publish, std::string_view topic) const {
    publish.topic = topic;
    if (automatic_.maximum() > 0) publish.properties.topic_alias.reset();
  }

 private:
  // An alias that the application gave to a topic.
  struct Given {
    std::string topic;     // empty: none yet
    bool is_told = false;  // the server knows it too
  };

  std::uint16_t maximum_ = 0;
  std::vector<Given> topics_;  // by alias less 1
  TopicAliasTable automatic_;
};

}  // namespace mqtt
