// A broker's retained messages, for somebody in the same process who keeps another broker's in step with them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/base/time.h"
#include "mqtt/session/message.h"

namespace mqtt {

// Called inside a step of the broker: it may note, and must not call the broker; but for the notes of the store.
class RetainedWatcher {
 public:
  virtual ~RetainedWatcher() = default;
  // What is retained under the topic was set anew or cleared by this client; empty: by the host, or as a will.
  virtual void on_retained_changed(std::string_view topic, std::string_view client_identifier) = 0;
};

// For one user, and one walk at a time.
class RetainedStore {
 public:
  virtual ~RetainedStore() = default;

  // nullptr: nobody watches any more.
  virtual void watch(RetainedWatcher* watcher) = 0;
  // An empty handle if there is none.
  virtual Message find(std::string_view topic, Instant now) const = 0;

  // --- every message that a plain topic filter matches, over any number of calls, between which the store may change:
  // what was there at the beginning and has not changed since, once. A walk that was begun before ends.
  virtual void begin_walk(std::string_view topic_filter) = 0;
  // An empty handle behind the last one, or when `steps`, of which each topic level on the way takes one, are used up.
  virtual Message next(std::size_t& steps, Instant now) = 0;
  virtual bool walk_is_over() const = 0;
  virtual void end_walk() = 0;

  // --- topics that the user wants to be told of again after a restart; nothing without a journal. They are stored with
  // what changes in the same step.
  virtual void put_note(std::string_view topic) = 0;
  virtual void erase_note(std::string_view topic) = 0;
  // Those that the journal held.
  virtual std::vector<std::string> take_notes() = 0;
};

}  // namespace mqtt
