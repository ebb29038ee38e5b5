// SPDX-License-Identifier: Apache-2.0
/// A tensor under the name that it has in files.
public typealias NamedTensor = (name: String, tensor: Tensor)

/// A parameter under its dotted name in the network.
public typealias NamedParameter = (name: String, parameter: Parameter)
