// What a client has subscribed to: requests without an answer, and the filters that are subscribed to again in a new
// session.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mqtt/client/client.h"
#include "mqtt/codec/decode.h"

namespace mqtt {

// A SUBSCRIBE, or an UNSUBSCRIBE, whose entries have no options.
struct SubscriptionRequest {
  bool is_unsubscribe = false;
  Subscribe packet;
};

// One that was sent.
struct PendingSubscription {
  OperationToken token = kNoToken;
  std::vector<std::string> topic_filters;
};

class ClientSubscriptions {
 public:
  // --- requests of this transport
  // Filters of a SUBSCRIBE are remembered where that is wanted, those of an UNSUBSCRIBE are not any longer.
  void note_sent(const SubscriptionRequest& request, OperationToken token, bool is_remembered);
  // The answer came. Nothing if there was no such request.
  std::optional<PendingSubscription> take_pending(PacketIdentifier identifier);
  std::map<PacketIdentifier, PendingSubscription> take_all_pending() { return std::exchange(pending_, {}); }
  std::size_t pending() const { return pending_.size(); }

  // --- filters of the application, over the end of a transport
  void forget(const std::string& topic_filter) { remembered_.erase(topic_filter); }
  // Calls `subscribe(Subscribe&)` with SUBSCRIBEs for all that are remembered, of `limit` filters at most. It may call
  // note_sent(), not forget().
  template <typename Request>
  void for_each_request(std::size_t limit, Request&& subscribe) const {
    std::map<std::string, std::vector<SubscribeEntry>> by_properties;  // a SUBSCRIBE has them for all of its entries
    for (const auto& [filter, remembered] : remembered_)
      by_properties[remembered.properties].push_back({filter, remembered.options});
    for (const auto& [properties, entries] : by_properties) {
      for (std::size_t begin = 0; begin < entries.size(); begin += limit) {
        Subscribe packet;
        const std::size_t end = std::min(entries.size(), begin + limit);
        packet.entries.assign(entries.begin() + static_cast<std::ptrdiff_t>(begin),
                              entries.begin() + static_cast<std::ptrdiff_t>(end));
        // They were encoded from valid ones when it was subscribed.
        [[maybe_unused]] const auto decoded =
            decode_properties(as_bytes(properties), PropertyOwner::Subscribe, packet.properties);
        subscribe(packet);
      }
    }
  }

 private:
  struct Remembered {
    SubscriptionOptions options;
    std::string properties;  // of its SUBSCRIBE, encoded
  };

  std::map<PacketIdentifier, PendingSubscription> pending_;
  std::map<std::string, Remembered> remembered_;
};

}  // namespace mqtt
