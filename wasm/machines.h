// The clients of one module: blocks of commands in, blocks of events out.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "boundary.h"
#include "client_machine.h"
#include "command_reader.h"
#include "mqtt/base/bytes.h"
#include "mqtt/base/time.h"
#include "records.h"

namespace wasmqtt {

class Machines;

// What else a module has beside clients, at its place in each step: the broker.
class OtherMachines {
 public:
  virtual ~OtherMachines() = default;

  virtual void consume_output() = 0;
  virtual void carry_out(CommandReader& command) = 0;
  virtual void advance() = 0;
  // Moves bytes between machines of this module until none are left to move.
  virtual void exchange() = 0;
  virtual void write_output() = 0;
  virtual mqtt::Instant next_deadline() const = 0;
  virtual void client_ends(ClientMachine& client) = 0;
};

// JavaScript writes a block of commands to reserve(), calls step() and reads what results() says. A step in which
// functions are called, too, is begin(), then blocks and functions in their order, and finish().
class Machines {
 public:
  Machines() = default;
  Machines(const Machines&) = delete;
  Machines& operator=(const Machines&) = delete;

  // Room for a block of commands: its address, good until the next reserve().
  std::uint8_t* reserve(std::size_t bytes);
  // Carries out the first `length` bytes of the block, and what is due at `now`. Answers the next deadline.
  mqtt::Instant step(std::size_t length, mqtt::Instant now);
  // The same object for ever; its content is that of the last step.
  const StepResults& results() const { return results_; }

  // --- the parts of a step. What the last one named is JavaScript's until begin().
  void begin(mqtt::Instant now);
  void carry_out(std::size_t length);
  mqtt::Instant finish();

  // --- for functions, between begin() and finish()
  mqtt::Instant now() const { return now_; }
  Boundary& boundary() { return boundary_; }
  void create_client(std::uint32_t number, const mqtt::ClientOptions& options, const ClientMachine::Wants& wants);
  void destroy_client(std::uint32_t number);
  // The client of this number, which is looked after at the step's end; nullptr if there is none.
  ClientMachine* touched_client(std::uint32_t number);

  // --- for other machines, which are there for as long as these are
  void attach(OtherMachines& others) { others_ = &others; }
  // nullptr if there is none of this number.
  ClientMachine* client(std::uint32_t number);
  // Has the machine looked after at the step's end: its output, its deadline.
  void touch(ClientMachine& client);
  const std::vector<ClientMachine*>& touched() const { return touched_; }

 private:
  void consume_output();
  void carry_out(CommandReader& command);
  void advance();
  void note_deadline(ClientMachine& client);

  mqtt::ByteBuffer block_;
  Boundary boundary_;
  OtherMachines* others_ = nullptr;
  std::vector<std::unique_ptr<ClientMachine>> clients_;  // by number
  std::vector<ClientMachine*> touched_;                  // since the last step's begin
  // Of the clients; it may be too early, never too late, and is kNever once none waits: a timer keeps a Node process
  // alive.
  mqtt::Instant deadline_ = mqtt::kNever;
  std::size_t waiting_ = 0;  // clients that have a deadline
  StepResults results_{};
  mqtt::Instant now_{};
};

// Each instance of a module has one set of machines, which lives as long as its memory.
Machines& machines();

}  // namespace wasmqtt
