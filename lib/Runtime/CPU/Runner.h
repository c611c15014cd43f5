//===- Runner.h - Runs the entries of a model -------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_RUNTIME_CPU_RUNNER_H
#define GG_LIB_RUNTIME_CPU_RUNNER_H

#include "Memory.h"
#include "Model.h"
#include "Team.h"

namespace gg::runtime {

/// The threads of a session and the arena that its calls share.
class Runner {
public:
  static gg_status create(std::shared_ptr<const Model> model, int threads,
                          std::unique_ptr<Runner> &runner);

  const Model &model() const { return *theModel; }
  int threads() const { return team->threads(); }

  /// Fills `outputs`; what they point to stays until the next call or until
  /// `trim`.
  gg_status run(const LoadedEntry &entry, std::vector<gg_tensor_view> &inputs,
                std::vector<gg_tensor_view> &outputs);
  /// Gives memory that an unusually large call took back to the system.
  void trim();

  /// Measures the runs from now on; fails where the code lists no phases.
  gg_status startProfile();
  /// Null where none was started.
  const Profile *profile() const { return theProfile.get(); }

private:
  Runner() = default;

  std::shared_ptr<const Model> theModel;
  std::unique_ptr<Profile> theProfile;
  std::unique_ptr<Team> team;
  Memory arena;
};

} // namespace gg::runtime

#endif // GG_LIB_RUNTIME_CPU_RUNNER_H
