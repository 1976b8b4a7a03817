// The topics that a sender names by numbers: those it sends most. [MQTT5 3.3.2.3.4]
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/packet/packet.h"

namespace mqtt {

class TopicAliasTable {
 public:
  struct Use {
    std::uint16_t alias = 0;  // 0: say the topic and no alias
    bool is_known = false;    // the receiver knows it: leave the topic out
  };

  // Forgets everything: aliases live as long as a connection. Aliases are 1 to `maximum`; 0 makes none.
  void reset(std::uint16_t maximum);
  std::uint16_t maximum() const { return maximum_; }
  // How to name the topic in a PUBLISH that is sent now for certain: an alias that is not known counts as told.
  Use use(std::string_view topic);
  // Names the topic of a 5.0 PUBLISH that is about to be encoded so, unless that might make it more than the receiver
  // takes. Precondition: the packet as it is is not too large.
  void apply(Publish& publish, std::uint32_t receiver_maximum_packet_size);

 private:
  struct Entry {
    const std::string* topic = nullptr;  // in the index
    std::uint8_t credit = 0;             // rounds of the hand that it outlives
  };

  std::map<std::string, std::uint16_t, std::less<>> aliases_;
  std::vector<Entry> entries_;  // by alias less 1
  std::size_t hand_ = 0;        // the next to lose credit, and at none its alias
  std::uint16_t maximum_ = 0;
};

}  // namespace mqtt
